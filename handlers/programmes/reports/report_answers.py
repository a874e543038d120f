"""What is answered to the questions about a report: read together with what was said before."""

from collections.abc import Sequence
from dataclasses import replace

from handlers.catalogue import current
from handlers.catalogue.telling.reports import only_figures, read_report
from handlers.catalogue.telling.verdicts import split_by_choice
from handlers.kit import Answer, Ask, Reply
from handlers.programmes.reports import changes, report
from handlers.programmes.reports import report_questions as asked
from handlers.reading.text.normalise import clean
from handlers.wording import programmes, questions
from handlers.wording.questions import answers


@answers(asked.LEFT_OUT)
def left_out(ask: Ask, known: asked.Asked) -> Sequence[Reply]:
    """The rest is stored."""
    row = current.catalogue_of(ask.db).by_key.get(known.row)
    return report.report(ask, row, known.said, known) if row else [Reply(asked.NOTHING)]


@answers(asked.YES_OR_NO)
def decide(ask: Ask, known: asked.Asked) -> Answer | None:
    """是 or 否 for a field of yes and no, in whatever words."""
    if not (questions.says_yes(ask.args) or questions.says_no(ask.args)):
        return None
    return complete(replace(ask, args="是" if questions.says_yes(ask.args) else "否"), known)


@answers(asked.FIELD)
def complete(ask: Ask, known: asked.Asked) -> Sequence[Reply] | None:
    """The answer, read together with what was said; None for another message."""
    row = current.catalogue_of(ask.db).by_key.get(known.row)
    if row is None:
        return [Reply(asked.NOTHING)]
    if len(ask.args) > 60 or programmes.row_in(ask, ask.args) not in (None, row):
        return None
    again = read_report(clean(ask.args).text, row, ask.today)
    whole = again.complete and len(again.values) > 1 and programmes.named([row], ask.args)
    parts = split_by_choice(ask.args, row)
    if whole or (len(parts) > 1 and all(read_report(clean(part).text, row, ask.today).complete for part in parts)):
        # The whole report once more is no answer to what was missing.
        return report.report(ask, row, ask.args)
    wanted = next((each for each in row.fields if each.label == known.add), None)
    if wanted and wanted.is_number and not only_figures(clean(ask.args).text, row, ask.today):
        return None
    if wanted and wanted.choices and not any(choice in ask.args for choice in wanted.choices):
        return None
    said = known.said
    if known.open:
        if ask.args not in {each.label for each in row.fields}:
            return None
        said = said.replace(known.open, f" {ask.args}{known.open} ", 1)
    else:
        said = f"{said}\n{known.add}{':' if wanted and wanted.type == 'text' else ''}{ask.args}"
    return report.report(ask, row, said, known)


@answers(asked.AGAIN)
def once_more(ask: Ask, known: asked.Asked) -> Sequence[Reply]:
    """It was another one."""
    row = current.catalogue_of(ask.db).by_key.get(known.row)
    return report.report(ask, row, known.said, replace(known, again=True)) if row else [Reply(asked.NOTHING)]


@answers(asked.REPLACE)
def replaced(ask: Ask, known: asked.Replacing) -> Sequence[Reply]:
    """What was reported a second time takes the place of the first."""
    return changes.correct(replace(ask, args=known.correction))
