"""The web server of the fakes: it ends when it is told to."""

import asyncio

import uvicorn


class QuickServer(uvicorn.Server):
    """uvicorn looks ten times a second whether it is to end; with a fake in most tests that is half a minute."""

    async def main_loop(self) -> None:
        count = 0
        while not self.should_exit:
            if count % 10 == 0:
                await self.on_tick(count // 10)
            count += 1
            await asyncio.sleep(0.01)
