#!/usr/bin/env bash
# make upgrade: 备份、换新程序、改表、检查；有一步不成，就换回原来的程序，恢复备份。
set -uo pipefail
cd "$(dirname "$0")/.."
BOT=".venv/bin/python -m bot"
SERVICE=counselor-bot
was=$(git rev-parse HEAD)
kept="before-upgrade-$(date +%Y%m%d-%H%M%S).backup"

running() { command -v systemctl >/dev/null && systemctl is-active --quiet "$SERVICE" 2>/dev/null; }
step() { echo "— $1"; }
# 检查里不通过的是哪几项：升级以前就有的，不是升级的错。
failing() { $BOT doctor --format json 2>/dev/null | sed -nE '/"level": "fail"/{n;s/.*"name": "(.*)".*/\1/p}' | sort -u; }

back() {
    echo "升级没有成功（$1）。换回原来的程序和数据……" >&2
    git reset --quiet --hard "$was" && make --silent install || { echo "程序没有换回来，请运行：git reset --hard $was && make install" >&2; exit 1; }
    if ! $BOT doctor >/dev/null 2>&1; then
        # PostgreSQL 的恢复要一个空的数据库：那里 restore 什么也不改，只能动手做。
        $BOT restore "$kept" --yes || { echo "数据没有恢复，请照 docs/operations.md 的「恢复」用 $kept 做。" >&2; exit 1; }
        $BOT preview --release >/dev/null
    fi
    if [ -n "$served" ]; then systemctl start "$SERVICE"; fi
    echo "已换回 $(git rev-parse --short "$was")，数据和升级前一样。" >&2
    exit 1
}

if [ -n "$(git status --porcelain --untracked-files=no)" ]; then
    echo "这个文件夹里的程序被改过（git status 看得到），先处理好再升级。什么也没有动。" >&2
    exit 1
fi
served=""
if running; then served=yes; fi
if [ -z "$served" ] && $BOT doctor --format json 2>/dev/null | grep -A1 '"name": "port"' | grep -q 正在运行; then
    echo "机器人正在运行，不是由 systemd 启动的：请先停掉它（在它的窗口里按 Ctrl-C），再升级。什么也没有动。" >&2
    exit 1
fi
step "备份到 $kept"
before=$(failing)
$BOT backup "$kept" || { echo "备份没有做成，没有升级。" >&2; exit 1; }
$BOT backup verify "$kept" || { echo "备份打不开，没有升级。" >&2; exit 1; }
step "换新程序"
git pull --quiet --ff-only || { echo "取不到新程序（git pull），没有升级。" >&2; exit 1; }
if [ -n "$served" ]; then systemctl stop "$SERVICE" || back "停不下来"; fi
make --silent install || back "装不上"
step "改表，检查"
# 打开数据库就改表；doctor 看设置、数据库、密钥。
$BOT clock >/dev/null || back "改表"
if ! $BOT doctor; then
    found=$(failing)
    if [ -z "$found" ] || [ -n "$(comm -13 <(echo "$before") <(echo "$found"))" ]; then back "检查不通过"; fi
    echo "上面「不对」的升级以前就有，请照它说的改。" >&2
fi
if [ -n "$served" ]; then systemctl start "$SERVICE" || back "启动"; fi
step "升级好了：$(git rev-parse --short "$was") → $(git rev-parse --short HEAD)。备份 $kept 过几天没有问题再删。"
