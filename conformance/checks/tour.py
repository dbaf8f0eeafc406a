"""A tour of the contract: every operation asked validly, in every state it has to do with, and refused in the usual ways.

For checks about what holds for all answers or all requests, whatever they are about.
"""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial

from conformance.checks import walks
from conformance.checks.walks import Visit, Walk
from conformance.targets.answer import Answer
from conformance.targets.exchange import Step
from conformance.targets.platform import Platform
from conformance.targets.trying import Evidence, ManyViolations
from conformance.targets.verdicts import Violation
from strategies.cases import Role
from strategies.orders import PREPAID

__all__ = ["Findings", "Scene", "Visit", "judge_all", "scenes"]


@dataclass(frozen=True, slots=True)
class Scene:
    """A part of the tour that stands by itself: it makes the orders and refunds it visits, and touches no others."""

    name: str
    walk: Callable[[], Walk]

    def play(self, send: Callable[[Visit], Answer]) -> None:
        """Let *send* make every request; what it returns decides how the scene goes on. It may send others besides."""
        with closing(self.walk()) as walk:
            try:
                visit = next(walk)
                while True:
                    visit = walk.send(send(visit))
            except StopIteration:
                return

    def __str__(self) -> str:
        return self.name


class Findings:
    """What was found wrong on a tour, which goes on all the same: of every scene, the first violation of each rule."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._found: list[Evidence] = []
        self._tried = 0
        self._scene = ""
        self._broken: set[str | None] = set()

    def judge(self, act: Callable[[], object], says: str, rule: str | None = None) -> None:
        """Do *act* and keep the Violation it raises, of *rule* unless it names another."""
        self._tried += 1
        try:
            act()
        except Violation as violation:
            violation.rule = violation.rule or rule
            if violation.rule not in self._broken:
                self._broken.add(violation.rule)
                self._found.append(Evidence.of(violation, self._platform, f"{self._scene}: {says}"))

    def enter(self, scene: str) -> bool:
        """Begin a scene; return False where enough was found already."""
        if self._found and self._platform.first_only:
            return False
        self._platform.begin_example()
        self._scene, self._broken = scene, set()
        return True

    def play(self, tour: Iterator[Scene], send: Callable[[Visit], Answer]) -> None:
        """Play every scene of *tour* with *send*; raise ManyViolations at the end if anything was found."""
        for scene in tour:
            if not self.enter(scene.name):
                break
            self.judge(partial(scene.play, send), "to its end")
        self.close()

    def close(self) -> None:
        """Raise ManyViolations if anything was found."""
        if self._found:
            raise ManyViolations(tuple(self._found), self._tried)


@dataclass(frozen=True, slots=True)
class _Film:
    """A scene as it was played once: the visits with their answers, the evidence, and the Violation that ended it, if one did."""

    takes: tuple[tuple[Visit, Answer, int], ...]
    """Visit, answer, and how many steps had been taken by then."""
    steps: tuple[Step, ...]
    minted: tuple[str, ...]
    ended_by: Violation | None

    @classmethod
    def of(cls, scene: Scene, platform: Platform) -> "_Film":
        """Play *scene*. Answers are not observed meanwhile: that is for those who look at the film."""
        takes: list[tuple[Visit, Answer, int]] = []

        def send(visit: Visit) -> Answer:
            answer = platform.send(visit.call, label=visit.says)
            takes.append((visit, answer, len(platform.steps)))
            return answer

        ended_by = None
        observing, platform.observing = platform.observing, False
        platform.begin_example()
        try:
            scene.play(send)
        except Violation as violation:
            ended_by = violation
        finally:
            platform.observing = observing
        return cls(tuple(takes), tuple(platform.steps), tuple(platform.mint.minted), ended_by)

    def show(self, platform: Platform, steps: int) -> None:
        """Make the first *steps* of the film the evidence at hand."""
        platform.begin_example()
        platform.steps += self.steps[:steps]
        platform.exchanges += [step.exchange for step in platform.steps if step.exchange is not None]
        platform.mint.minted += self.minted


def judge_all(platform: Platform, judge: Callable[[Visit, Answer], object], *, brief: bool = False) -> None:
    """Let *judge* see every answer of the tour, which is taken once for all checks that only look at its answers."""
    findings = Findings(platform)
    for scene in scenes(platform, brief=brief):
        if not findings.enter(scene.name):
            break
        films: dict[tuple[str, bool], _Film] = platform.shared.setdefault("tour", {})
        film = films.get((scene.name, brief))
        if film is None:
            film = films[scene.name, brief] = _Film.of(scene, platform)
        else:
            platform.looked_at += len(film.takes)
            platform.asked.update((f"v3.{visit.call.operation}", answer.status < 300) for visit, answer, _ in film.takes)
        for visit, answer, steps in film.takes:
            film.show(platform, steps)
            if platform.observing:
                findings.judge(partial(platform.observe, visit.call, answer.exchange), visit.says)
            findings.judge(partial(judge, visit, answer), visit.says)
        if film.ended_by is not None:
            film.show(platform, len(film.steps))
            findings.judge(partial(_again, film.ended_by), "to its end")
    findings.close()


def _again(violation: Violation) -> None:
    raise Violation(violation.sentence, expected=violation.expected, got=violation.got, rule=violation.rule)


def scenes(platform: Platform, *, brief: bool = False) -> Iterator[Scene]:
    """Yield the scenes this platform's powers allow, those that move its clock by days last.

    A *brief* tour still comes to every operation, but not in every state.
    """
    powers = platform.capabilities
    roles: tuple[Role, ...] = tuple(role for role in platform.roles if role != "other")
    for role in roles:
        yield from (scene for needs, scene in _of(platform, role, brief=brief) if needs <= powers)
    if {"rate-limit", "loss"} <= powers and not brief:
        yield Scene("trouble", partial(walks.trouble, platform))
    if {"payer", "settle", "time-travel"} <= powers:
        for role in roles:
            yield Scene(f"bills of a {role}", partial(walks.billed, platform, role, brief=brief))


def _of(platform: Platform, role: Role, *, brief: bool) -> Iterator[tuple[set[str], Scene]]:
    """Yield the scenes of one merchant, each with the powers it takes."""
    yield set(), Scene(f"certificates of a {role}", partial(walks.certificates, role))
    yield set(), Scene(f"echo of a {role}", partial(walks.echo, platform, role))
    yield set(), Scene(f"unpaid order of a {role}", partial(walks.unpaid, platform, role))
    yield {"payer"}, Scene(f"paid order of a {role}", partial(walks.paid, platform, role))
    for product in PREPAID:
        if product != "jsapi":
            lived = walks.placed if brief else walks.lived
            yield set(), Scene(f"{product} orders of a {role}", partial(lived, platform, product, role))
    yield {"payer", "code-plans"}, Scene(f"payment code of a {role}", partial(walks.charged, platform, role, brief=brief))
    if not brief:
        confirmed = Scene(f"payment code to be confirmed, of a {role}", partial(walks.awaited, platform, role))
        yield {"payer", "code-plans"}, confirmed
    yield {"payer", "settle"}, Scene(f"bounced refund of a {role}", partial(walks.bounced, platform, role, brief=brief))
