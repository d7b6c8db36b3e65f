"""What the law says, offline: explain a rule, check a tender, compute a whole timetable."""

import json
import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from clients.commands.operating import FILE
from clients.rule_check import checked_draft
from tendering.domain import schedule
from tendering.domain.calendar import SHANGHAI, civil_day
from tendering.domain.circumstances import CATEGORIES, Circumstances
from tendering.domain.findings import Finding, blocking, figure_en, figure_zh
from tendering.domain.refusals import Refused
from tendering.domain.rulebook import Rule, rule_json
from tendering.rulebooks import RULEBOOKS, holiday_calendar, rulebook_at

REGIME = click.option("--regime", type=click.Choice(sorted(RULEBOOKS)), default=None)
REGION = click.option("--region", default="000000", help="GB/T 2260 code, six digits.")
LANG = click.option("--lang", type=click.Choice(["zh", "en"]), default="zh")
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
WIDTH = 160


class Moment(click.ParamType[datetime]):
    """An instant: RFC 3339, or a day and a time on the clocks of Shanghai."""

    name = "instant"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """Read it; without an offset it is Shanghai's."""
        try:
            at = datetime.fromisoformat(str(value))
            return (at if at.tzinfo else at.replace(tzinfo=SHANGHAI)).astimezone(UTC)
        except (ValueError, OverflowError):
            self.fail(f"{value}: not an instant, like 2026-11-09T09:00", param, ctx)


@click.group()
def rules() -> None:
    """The law as data: explain a rule, check a tender, compute a timetable."""


@rules.command()
@click.argument("word")
@REGIME
@REGION
@click.option("--on", type=Moment(), help="The notice's instant; without it the latest law.")
@LANG
@JSON
def explain(
    word: str, regime: str | None, region: str, on: datetime | None, lang: str, *, as_json: bool
) -> None:
    """Print the rules with this id or key, or whose title or article has WORD in it."""
    day = None if on is None else civil_day(on)
    books = [rulebook_at(one, region, day) for one in RULEBOOKS if regime in {None, one}]
    found = [
        (book.regime, rule)
        for book in books
        for rule in book.rules.values()
        if _is_meant(word, rule)
    ]
    if not found:
        raise click.ClickException(f"no rule has {word}")
    if as_json:
        click.echo(json.dumps([rule_json(rule) for _, rule in found], ensure_ascii=False))
        return
    table = Table("id", "regime", "rule", "figure", "severity", "verified", "law", "note")
    for name, rule in found:
        figure = figure_zh(rule) if lang == "zh" else figure_en(rule)
        verified = "yes" if rule.verified else "NO"
        since = f"{rule.law}，{rule.effective_from}起"
        table.add_row(rule.id, name, rule.title, figure, rule.severity, verified, since, rule.note)
    Console(width=WIDTH).print(table)


@rules.command()
@click.argument("file", type=FILE)
@click.option("--published", type=Moment(), required=True, help="The notice.")
@LANG
@JSON
def check(file: Path, published: datetime, lang: str, *, as_json: bool) -> None:
    """Say what the rules have against a draft in FILE, the body of `POST /tenders` as JSON.

    Exit status 1 when something blocks the publication.
    """
    try:
        findings = checked_draft(json.loads(file.read_bytes()), at=published)
    except (ValueError, RecursionError) as error:
        raise click.ClickException(f"{file}: {error}") from error
    except Refused as refused:
        raise click.ClickException(str(refused)) from refused
    if as_json:
        written = [schedule.finding_json(one) for one in findings]
        click.echo(json.dumps(written, ensure_ascii=False))
    else:
        _print_findings(findings, lang)
    sys.exit(1 if blocking(findings) else 0)


@rules.command()
@click.option("--regime", type=click.Choice(sorted(RULEBOOKS)), required=True)
@click.option("--published", type=Moment(), required=True, help="The notice.")
@click.option("--deadline", type=Moment(), help="Without it the earliest lawful one.")
@click.option("--at", "given", multiple=True, help="Another step: NAME=INSTANT, repeatable.")
@REGION
@click.option("--category", type=click.Choice(CATEGORIES), default="works")
@click.option("--not-compulsory", is_flag=True, help="The law demands no tender.")
@click.option("--validity-days", type=click.IntRange(1, 3650), default=90)
@LANG
@JSON
def timetable(
    *,
    regime: str,
    published: datetime,
    deadline: datetime | None,
    given: tuple[str, ...],
    region: str,
    category: str,
    validity_days: int,
    lang: str,
    not_compulsory: bool,
    as_json: bool,
) -> None:
    """Compute every step of a tender, from when and until when it is lawful.

    Exit status 1 when a given instant breaks a rule that blocks.
    """
    instants = {"notice": published} | ({} if deadline is None else {"deadline": deadline})
    for one in given:
        name, _, text = one.partition("=")
        instants[name] = Moment().convert(text, None, None)
    assumptions = schedule.Assumptions(
        validity_days=validity_days,
        circumstances=Circumstances(category, compulsory=not not_compulsory),
    )
    try:
        book = rulebook_at(regime, region, civil_day(published))
        course = schedule.schedule(book, holiday_calendar(), instants, assumptions)
    except Refused as refused:
        raise click.ClickException(str(refused)) from refused
    if as_json:
        click.echo(json.dumps(schedule.to_json(course), ensure_ascii=False))
    else:
        _print_course(course, book.rules, lang)
        _print_findings(course.findings, lang)
    sys.exit(1 if blocking(course.findings) else 0)


def _is_meant(word: str, rule: Rule) -> bool:
    wanted = word.casefold()
    if wanted in {rule.id.casefold(), (rule.key or "").casefold()}:
        return True
    if rule.id.casefold().startswith(wanted + "."):
        return True
    return len(wanted) > 1 and (wanted in rule.title.casefold() or wanted in rule.law.casefold())


def _print_course(course: schedule.Course, laws: Mapping[str, Rule], lang: str) -> None:
    zh = lang == "zh"
    heads = ("步骤", "时间", "最早", "最迟", "规则与法条") if zh else (
        "step", "time", "earliest", "latest", "rule and law"
    )  # fmt: skip
    table = Table(*heads)
    for step in course.steps:
        marks = ("~" if step.assumed else "") + ("?" if step.provisional else "")
        law = "；".join(f"{one} {laws[one].law}" for one in step.rules)
        table.add_row(
            step.zh if zh else step.en,
            schedule.wall_time(step.at) + marks,
            "" if step.earliest is None else schedule.wall_time(step.earliest),
            "" if step.latest is None else _last(step.latest),
            law,
        )
    Console(width=WIDTH).print(table)
    click.echo(
        "~ 为按最快合法进程推算；? 依赖尚未公布的节假日安排。"
        if zh
        else "~ assumed, the fastest lawful course; ? rests on holidays not announced yet."
    )


def _last(latest: datetime) -> str:
    """The first instant that is too late, as the last minute that is not."""
    return schedule.wall_time(latest - timedelta(microseconds=1))


def _print_findings(findings: tuple[Finding, ...], lang: str) -> None:
    for one in findings:
        words: Any = one.message_zh if lang == "zh" else one.message_en
        click.echo(f"[{one.severity}] {one.rule_id}: {words}")
    if not findings:
        click.echo("未发现问题。" if lang == "zh" else "Nothing was found.")
