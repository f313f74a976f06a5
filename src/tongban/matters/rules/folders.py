"""A service's folder: from its files to a content that may be published, or to every fault in them."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from tongban.lib.words import T
from tongban.matters.rules.answers import CALCULATED, empty_of
from tongban.matters.rules.calculations import Circle, settling_order
from tongban.matters.rules.dictionary import Elements, Themes
from tongban.matters.rules.examples import Examples, example_faults
from tongban.matters.rules.expressions import (
    PARAMETERS,
    WrongExpression,
    check_expression,
    elements_in,
    parameters_in,
)
from tongban.matters.rules.fees import fee_faults
from tongban.matters.rules.materials import material_faults
from tongban.matters.rules.parameters import parameter_faults
from tongban.matters.rules.promises import promise_faults
from tongban.matters.rules.remedies import NO_FILE
from tongban.matters.rules.shape import (
    FILLS,
    CertificateShape,
    Content,
    DefinitionShape,
    Element,
    Form,
    FormField,
    Parameters,
    Screen,
)
from tongban.matters.rules.sources import Fault, Faulty, Path, Source, read_as, read_yaml

FILES: dict[str, type[Any]] = {
    "definition.yaml": DefinitionShape, "form.yaml": Form, "certificate.yaml": CertificateShape, "examples.yaml": Examples,
}  # fmt: skip
MAYBE: dict[str, type[Any]] = {"parameters.yaml": Parameters, "elements.yaml": Elements}  # a service's own
_PLACE = re.compile(r"\{([a-z_]*)\}")
NOTICE_PLACES = frozenset({"number", "service", "holder", "day"})
STATEMENT_PLACES = frozenset({"number", "service", "holder", "office"})


def read_elements(text: str, *, file: str = "elements.yaml") -> dict[str, Element]:
    """The dictionary of data elements."""
    return dict(read_as(read_yaml(file, text), Elements).elements)


def read_themes(text: str, *, file: str = "themes.yaml") -> Themes:
    """The themes."""
    return read_as(read_yaml(file, text), Themes)


def fingerprint(content: Mapping[str, Any]) -> str:
    """SHA-256 of a content's JSON, the same whatever order its keys are in."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def read_folder(name: str, files: Mapping[str, str], elements: Mapping[str, Element]) -> tuple[Content, Examples]:
    """A folder's content and examples, fit to be published; Faulty with every fault found otherwise.

    A service may bring elements the dictionary does not have, and parameters, in files of its own.
    """
    sources, read = _read_files(name, files)
    faults = list(_clashes(elements, read["elements.yaml"], sources)) if "elements.yaml" in read else []
    if faults:
        raise Faulty(faults)
    form: Form = read["form.yaml"]
    own: Mapping[str, Element] = read["elements.yaml"].elements if "elements.yaml" in read else {}
    used = {asked.element for screen in form.screens for asked in screen.fields}
    content = Content(
        definition=read["definition.yaml"], form=form, certificate=read["certificate.yaml"],
        elements={name: element for name, element in {**elements, **own}.items() if name in used},
        parameters=read["parameters.yaml"].parameters if "parameters.yaml" in read else {},
    )  # fmt: skip
    definition = sources["definition.yaml"]
    faults = [*_definition_faults(name, content, definition),
              *_form_faults(content, sources["form.yaml"]), *_certificate_faults(content, sources["certificate.yaml"])]  # fmt: skip
    if "parameters.yaml" in sources:
        faults += parameter_faults(content, sources["parameters.yaml"])
    faults = faults or list(example_faults(content, read["examples.yaml"], sources["examples.yaml"]))
    if faults:
        raise Faulty(faults)
    return content, read["examples.yaml"]


def _read_files(name: str, files: Mapping[str, str]) -> tuple[dict[str, Source], dict[str, Any]]:
    """Each file with its lines and in its shape; Faulty with the faults of all."""
    faults: list[Fault] = []
    sources: dict[str, Source] = {}
    read: dict[str, Any] = {}
    for file, shape in (FILES | {known: MAYBE[known] for known in MAYBE if known in files}).items():
        try:
            if file not in files:
                raise Faulty([Fault(f"{name}/{file}", 1, NO_FILE)])
            sources[file] = read_yaml(f"{name}/{file}", files[file])
            read[file] = read_as(sources[file], shape)
        except Faulty as faulty:
            faults += faulty.faults
    if faults:
        raise Faulty(faults)
    return sources, read


def _clashes(known: Mapping[str, Element], own: Elements, sources: Mapping[str, Source]) -> Iterator[Fault]:
    """A service's own element may be worded differently from the dictionary's of that name, but not mean something else."""
    for name, element in own.elements.items():
        there = known.get(name)
        if there is not None and (there.type, there.sensitivity) != (element.type, element.sensitivity):
            text = T(
                "“{name}”在总字典里是 {type}（{sensitivity}），含义不同，请换一个名字。",
                "The dictionary has “{name}” as {type} ({sensitivity}): give what means something else another name.",
            )
            said = text.format(name=name, type=there.type, sensitivity=there.sensitivity)
            yield sources["elements.yaml"].fault(("elements", name), said)
        if name.startswith(PARAMETERS):
            text = T(
                "“parameters.” 留给参数，请换一个名字。", "“parameters.” is kept for parameters: choose another name."
            )
            yield sources["elements.yaml"].fault(("elements", name), text)


def _definition_faults(name: str, content: Content, source: Source) -> Iterator[Fault]:
    found = content.definition
    if found.code != name:
        yield source.fault(
            ("code",), T("编码必须与文件夹同名：{name}", "The code must be the folder's name: {name}").format(name=name)
        )
    clocks = found.clocks
    if clocks.promised.working_days > clocks.statutory.working_days:
        yield source.fault(
            ("clocks", "promised", "working_days"),
            T("承诺时限不能长于法定时限。", "The promised period may not exceed the statutory one."),
        )
    if clocks.review_working_days > clocks.promised.working_days:
        yield source.fault(
            ("clocks", "review_working_days"),
            T("部门时限不能长于承诺时限。", "A review's period may not exceed the promised one."),
        )
    if found.in_force.until and found.in_force.until < found.in_force.since:
        yield source.fault(("in_force", "until"), T("截止日早于开始日。", "The last day lies before the first."))
    yield from _party_faults(content, source)
    yield from _regime_faults(content, source)
    yield from material_faults(content, source)
    for kind, notice in found.notices:
        if notice is None:
            continue
        for part in ("title", "text"):
            yield from _places(source, ("notices", kind, part), getattr(notice, part), NOTICE_PLACES)


def _regime_faults(content: Content, source: Source) -> Iterator[Fault]:
    everything = {asked.element for asked in content.fields()}
    for number, regime in enumerate(content.definition.regimes):
        path = ("regimes", number)
        if regime.until and regime.until < regime.since:
            yield source.fault((*path, "until"), T("截止日早于开始日。", "The last day lies before the first."))
        if regime.kind == "closed" and regime.message is None:
            text = T("暂不受理的，要用 message 写明原因和办法。", "Say with message why it is closed and what to do.")
            yield source.fault(path, text)
        if regime.when:
            yield from _expression(content, source, (*path, "when"), regime.when, everything)
    automatic = content.definition.decision.automatic
    if automatic:
        yield from _expression(content, source, ("decision", "automatic"), automatic, everything)
    for number, fee in enumerate(content.definition.fees):
        if isinstance(fee.amount, str):
            yield from _expression(content, source, ("fees", number, "amount"), fee.amount, everything, int)
    yield from fee_faults(content, source)
    yield from promise_faults(content, source)


def _join_faults(content: Content, source: Source) -> Iterator[Fault]:
    reviews = content.definition.reviews
    units = {party.unit for party in reviews.parties}
    if reviews.join == "quorum" and not 1 <= (reviews.quorum or 0) <= len(units):
        text = T("quorum 应当在 1 和部门数 {n} 之间。", "quorum must be between 1 and the {n} units.")
        yield source.fault(("reviews", "join"), text.format(n=len(units)))
    if reviews.join == "lead" and reviews.lead not in units:
        text = T("lead 应当是其中一个部门：{known}", "lead must be one of the units: {known}")
        yield source.fault(("reviews", "join"), text.format(known=", ".join(sorted(units))))
    if units and content.definition.decision.automatic:
        text = T("有部门审查的事项不能自动决定。", "A service that departments review cannot be decided by itself.")
        yield source.fault(("decision", "automatic"), text)


def _party_faults(content: Content, source: Source) -> Iterator[Fault]:
    yield from _join_faults(content, source)
    screens = {screen.code for screen in content.form.screens}
    seen: set[str] = set()
    for number, party in enumerate(content.definition.reviews.parties):
        path = ("reviews", "parties", number)
        if party.unit in seen:
            yield source.fault(
                (*path, "unit"),
                T("部门“{unit}”重复，每个部门只审查一次。", "“{unit}” is there twice: each unit reviews once.").format(
                    unit=party.unit
                ),
            )
        seen.add(party.unit)
        if party.when:
            everything = {asked.element for asked in content.fields()}
            yield from _expression(content, source, (*path, "when"), party.when, everything)
        for screen in party.looks_at:
            if screen not in screens:
                yield source.fault(
                    (*path, "looks_at"),
                    _unknown(
                        "表单里没有“{name}”这一页，可用的有：{known}",
                        "The form has no screen “{name}”; these are: {known}",
                        screen,
                        screens,
                    ),
                )


def _form_faults(content: Content, source: Source) -> Iterator[Fault]:
    seen: list[str] = []
    codes: set[str] = set()
    for number, screen in enumerate(content.form.screens):
        if screen.code in codes:
            taken = T("页编码重复，请换一个。", "This screen's code is taken: choose another.")
            yield source.fault(("screens", number, "code"), taken)
        codes.add(screen.code)
        for place, asked in enumerate(screen.fields):
            yield from _field_faults(content, source, ("screens", number, "fields", place), asked, seen)
            seen.append(asked.element)
    try:
        settling_order(content.fields())
    except Circle as circle:
        text = T(
            "这些规则互相等待，成了一个圈：{names}。请让其中一条不再读下一个。",
            "These rules wait for one another in a circle: {names}. Let one of them no longer read the next.",
        )
        yield source.fault(_place_of(content, circle.names[0]), text.format(names=circle))
    for number, screen in enumerate(content.form.screens):
        yield from _screen_rule_faults(content, source, ("screens", number), screen, set(seen))


def _field_faults(
    content: Content, source: Source, at: Path, asked: FormField, seen: Collection[str]
) -> Iterator[Fault]:
    name = asked.element
    if name not in content.elements:
        text = T(
            "数据元“{name}”不在 elements.yaml 里，请先在那里定义。",
            "“{name}” is not in elements.yaml: define it there first.",
        )
        yield source.fault((*at, "element"), text.format(name=name))
    elif name in seen:
        text = T("“{name}”已经问过，同一事实只问一次。", "“{name}” was asked before: a fact is asked once.")
        yield source.fault((*at, "element"), text.format(name=name))
    if asked.visible:
        yield from _expression(content, source, (*at, "visible"), asked.visible, seen)


def _place_of(content: Content, name: str) -> Path:
    """Where a question's own rule stands."""
    for number, screen in enumerate(content.form.screens):
        for place, asked in enumerate(screen.fields):
            if asked.element == name:
                part = "calculate" if asked.calculate else "visible"
                return ("screens", number, "fields", place, part)
    return ()


def _calculation_faults(content: Content, source: Source, at: Path, asked: FormField) -> Iterator[Fault]:
    """What is computed is of a type an expression can give, and is neither typed nor filled in."""
    assert asked.calculate is not None
    element = content.elements.get(asked.element)
    everything = {one.element for one in content.fields()} - {asked.element}
    if element is None:
        return
    gives = CALCULATED.get(element.type)
    if gives is None:
        text = T("类型 {type} 不能计算，可以计算的有：{known}", "A {type} cannot be computed; these can: {known}")
        yield source.fault((*at, "calculate"), text.format(type=element.type, known=", ".join(sorted(CALCULATED))))
        return
    if asked.fill:
        text = T("计算的值不能再自动填写，请删去 fill。", "What is computed is not filled in: remove fill.")
        yield source.fault((*at, "fill"), text)
    yield from _expression(content, source, (*at, "calculate"), asked.calculate, everything, gives)


def _fill_faults(source: Source, at: Path, asked: FormField) -> Iterator[Fault]:
    """What is filled in is something our own record has: a mistyped name would fill in nothing, and nobody would know."""
    if asked.fill and asked.fill not in FILLS:
        text = T("没有“{name}”可以自动填写，可用的有：{known}", "“{name}” cannot be filled in; these can: {known}")
        yield source.fault((*at, "fill"), text.format(name=asked.fill, known=", ".join(FILLS)))


def _screen_rule_faults(
    content: Content, source: Source, at: Path, screen: Screen, everything: Collection[str]
) -> Iterator[Fault]:
    for place, asked in enumerate(screen.fields):
        yield from _fill_faults(source, (*at, "fields", place), asked)
        if asked.calculate:
            yield from _calculation_faults(content, source, (*at, "fields", place), asked)
        if isinstance(asked.required, str):
            yield from _expression(content, source, (*at, "fields", place, "required"), asked.required, everything)
    for place, rule in enumerate(screen.rules):
        yield from _expression(content, source, (*at, "rules", place, "rule"), rule.rule, everything)
        if rule.field not in {asked.element for asked in screen.fields}:
            text = T("规则指向的“{name}”不在这一页。", "“{name}” is not on this screen.").format(name=rule.field)
            yield source.fault((*at, "rules", place, "field"), text)


def _expression(
    content: Content, source: Source, path: Path, expression: str, offered: Collection[str], gives: type = bool
) -> Iterator[Fault]:
    read, parameters = elements_in(expression), parameters_in(expression)
    for name in sorted(parameters - set(content.parameters)):
        known = ", ".join(sorted(content.parameters)) or "-"
        text = T(
            "parameters.yaml 里没有参数“{name}”，已有：{known}", "parameters.yaml has no “{name}”; it has: {known}"
        )
        yield source.fault(path, text.format(name=name, known=known))
    for name in sorted(read - set(offered)):
        if name in {asked.element for asked in content.fields()}:
            yield source.fault(
                path,
                T(
                    "“{name}”在后面才问到；是否显示只能取决于前面的问题。",
                    "“{name}” is asked later: what is shown may depend on earlier questions only.",
                ).format(name=name),
            )
        else:
            yield source.fault(path, T("表单没有问“{name}”。", "The form does not ask “{name}”.").format(name=name))
    if not read <= set(offered) or not read <= set(content.elements) or not parameters <= set(content.parameters):
        return
    sample = {name: empty_of(content.elements[name]) for name in read} | {"today": "2020-02-17"}
    sample |= {PARAMETERS + name: content.parameters[name].values[0].value for name in parameters}
    try:
        check_expression(expression, sample, gives)
    except WrongExpression as wrong:
        yield source.fault(path, wrong.message)


def _certificate_faults(content: Content, source: Source) -> Iterator[Fault]:
    yield from _places(source, ("statement",), content.certificate.statement, STATEMENT_PLACES)
    for number, line in enumerate(content.certificate.lines):
        if line.element not in content.elements:
            yield source.fault(
                ("lines", number, "element"),
                T(
                    "表单没有问“{name}”，不能印在证照上。", "The form does not ask “{name}”: it cannot be printed."
                ).format(name=line.element),
            )
        elif content.elements[line.element].sensitivity in ("personal", "sensitive"):
            yield source.fault(
                ("lines", number, "element"),
                T(
                    "“{name}”是个人信息，不能印在公开可查的证照上。",
                    "“{name}” is personal: it must not be printed on a public certificate.",
                ).format(name=line.element),
            )
        elif content.elements[line.element].type == "file":
            text = T("“{name}”是文件，不能印在证照上。", "“{name}” is a file: it cannot be printed.")
            yield source.fault(("lines", number, "element"), text.format(name=line.element))


def _places(source: Source, path: Path, text: T, known: Collection[str]) -> Iterator[Fault]:
    for language in (text.zh, text.en):
        for name in _PLACE.findall(language):
            if name not in known:
                yield source.fault(
                    path,
                    _unknown(
                        "不认识占位“{name}”，可用的有：{known}",
                        "Unknown place “{name}”; these are: {known}",
                        name,
                        known,
                    ),
                )


def _unknown(zh: str, en: str, name: str, known: Collection[str]) -> T:
    return T(zh, en).format(name=name, known=", ".join(sorted(known)))
