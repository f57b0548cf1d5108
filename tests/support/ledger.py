# SPDX-License-Identifier: Apache-2.0
"""Another slow sum, for every question that a total can be asked: several measures and periods, ranges, every sort
of breakdown, two at once, children, overlaps, other periods and traces. It keeps no sums: each figure is a list of
records found by the words of the rules, so that the answer of a trace is checked by the same list."""

import dataclasses
import functools
import itertools

import bodies
import registry
import tzclient
from oracle import qualifier_of
from tzclient import outcome_name, pb, record
from tzclient import record_pb2 as rec

PERIODS = ["2017Q1", "2017Q2", "2017Q3"]
MEASURES = {"persons": "heads", "cases": "flow", "works": "flow"}
MULTI = {"service_fields", "service_fields.2", "target_groups"}
FIELDS = ["is_pilot", "place", *sorted(MULTI)]
PAIRS = [("is_pilot", "service_fields"), ("service_fields.2", "target_groups"), ("place", "is_pilot")]
SERVICES = [1, 5, 99, 102, 201, 503, 504]


@dataclasses.dataclass(frozen=True)
class Sum:
    """What one record states of one measure."""
    value: int
    qualifier: str
    number: bool
    stated: bool = True


@dataclasses.dataclass(frozen=True, eq=False)
class Row:
    """A live record."""
    committee: str
    period: str
    key: str
    amounts: dict
    subtree: bool
    whole: tuple  # its address, or None
    values: dict  # breakdown: set of values, None for not stated

    @property
    def address(self):
        return (self.committee, self.period, self.key)

    def states(self, measure):
        return self.amounts[measure] is not None

    def number(self, measure):
        return self.states(measure) and self.amounts[measure] != "some"

    def inside(self, where):
        return all(value in self.values[field] for field, value in where)

    def stated(self, measure):
        amount = self.amounts[measure]
        return Sum(0, "some", False) if amount == "some" else Sum(amount[0], amount[1], True)


def added(rows, measure):
    """(value, qualifier, records, unquantified), or None where nothing was stated."""
    if not rows:
        return None
    stated = [row.stated(measure) for row in rows]
    some = sum(not one.number for one in stated)
    if some == len(stated):
        return (None, "some", some, some)
    return (sum(one.value for one in stated), qualifier_of(stated), len(stated), some)


class Ledger:
    def __init__(self, tree):
        self.unit = {code: (name, level) for code, name, level, *_ in tree}
        self.parent = {code: parent for code, _, _, parent, *_ in tree}
        self.groupings = {code for code, _, _, _, *grouping in tree if grouping}
        self.live = {}
        self.revision = {}
        self.forget()

    def forget(self):
        """After a change: nothing found before holds."""
        for name in ("children", "below", "reports", "built", "taken"):
            setattr(self, name, functools.cache(getattr(Ledger, "find_" + name).__get__(self)))

    def path(self, code):
        while code:
            yield code
            code = self.parent[code]

    # --- the rules ---

    def find_children(self, node):
        return [code for code in self.parent if self.parent[code] == node]

    def find_below(self, node, periods):
        return [row for row in self.live.values() if row.period in periods and node in self.path(row.committee)]

    def find_reports(self, node, period, measure):
        return any(row.subtree and row.number(measure)
                   for row in self.live.values() if (row.committee, row.period) == (node, period))

    def whole_of(self, row, measure):
        whole = self.live.get(row.whole)
        return whole if whole is not None and not whole.subtree and whole.number(measure) else None

    def own(self, node, top, period, measure):
        """What a node adds itself to the built sum of one above."""
        for row in self.live.values():
            if (row.committee, row.period) != (node, period) or not row.states(measure):
                continue
            whole = self.whole_of(row, measure)
            if row.subtree:
                if not row.number(measure):
                    yield row
            elif whole is None or top not in self.path(whole.committee):
                yield row

    def passed_up(self, node, top, period, measure):
        if self.reports(node, period, measure):
            return self.taken(node, period, measure)
        return self.built(node, top, period, measure)

    def find_built(self, node, top, period, measure):
        rows = list(self.own(node, top, period, measure))
        for child in self.children(node):
            rows += self.passed_up(child, top, period, measure)
        return rows

    def find_taken(self, node, period, measure):
        """The records behind the figure of a node."""
        if self.reports(node, period, measure):
            return [row for row in self.live.values() if row.subtree and row.states(measure) and
                    (row.committee, row.period) == (node, period)]
        return self.built(node, node, period, measure)

    def overlap(self, node, period, measure, where):
        taken = set(self.taken(node, period, measure))
        value = count = 0
        for row in self.below(node, (period,)):
            whole = self.whole_of(row, measure)
            if not row.states(measure) or whole not in taken or row in taken:
                continue
            above = list(self.path(row.committee))
            behind = any(self.reports(unit, period, measure) for unit in above[:above.index(node) + 1])
            if behind and row.inside(where) and whole.inside(where):
                value += row.stated(measure).value
                count += 1
        return (value, count)

    # --- what an answer must say ---

    def listed(self, node):
        """The children of an answer: those of a grouping node stand in its place."""
        for child in self.children(node):
            if child in self.groupings:
                yield from self.listed(child)
            else:
                yield child

    def taking(self, periods, measure):
        return periods if MEASURES[measure] == "flow" else periods[-1:]

    def check_figure(self, figure, node, periods, measure, where):
        over = self.taking(periods, measure)
        rows = [row for period in over for row in self.taken(node, period, measure) if row.inside(where)]
        expected = added(rows, measure)
        assert (tzclient.plain(figure.sum) if figure else None) == expected, (figure, expected)
        if figure is None:
            return
        overlaps = [self.overlap(node, period, measure, where) for period in over]
        assert (figure.overlap.value, figure.overlap.records) == tuple(map(sum, zip(*overlaps)))
        if len(over) > 1:
            return
        built = [row for row in self.built(node, node, over[0], measure) if row.inside(where)]
        below = [row for row in built if row.committee != node or not row.subtree]
        assert figure.HasField("built_up") == (self.reports(node, over[0], measure) and below != [])
        if figure.HasField("built_up"):
            assert tzclient.plain(figure.reported) == expected
            assert tzclient.plain(figure.built_up) == added(built, measure)
            both = figure.sum.stated and figure.built_up.stated
            assert figure.HasField("difference") == both
            if both:
                assert figure.difference.value == figure.sum.value - figure.built_up.value

    def check_counted(self, figure, node, child, periods, measure, where):
        rows = [row for period in self.taking(periods, measure)
                for row in self.passed_up(child, node, period, measure) if row.inside(where)]
        if figure is None:
            assert rows == []
            return
        counted = figure.counted if figure.HasField("counted") else figure.sum
        assert (tzclient.plain(counted) if counted.records else None) == added(rows, measure), figure

    def check_counts(self, figures, rows):
        units = {row.committee for row in rows}
        levels = {}
        for code in units:
            levels[self.unit[code][1]] = levels.get(self.unit[code][1], 0) + 1
        if not rows:
            assert "records" not in figures and "committees" not in figures
            return
        assert figures["records"].sum.value == len(rows)
        assert figures["committees"].sum.value == len(units)
        assert {one.level: one.committees for one in figures["committees"].levels} == levels

    def check_row(self, figures, node, unit, own, periods, where):
        for measure in MEASURES:
            figure = figures.get(measure)
            if own:
                rows = [row for period in self.taking(periods, measure)
                        for row in self.own(node, node, period, measure) if row.inside(where)]
                assert (tzclient.plain(figure.sum) if figure else None) == added(rows, measure)
            else:
                self.check_figure(figure, unit, periods, measure, where)
            if unit != node:
                self.check_counted(figure, node, unit, periods, measure, where)
        rows = [row for row in self.below(unit, periods) if row.inside(where)]
        self.check_counts(figures, [row for row in rows if row.committee == node] if own else rows)

    def check_answer(self, reply, node, periods, by):
        assert reply.additive == (not MULTI & set(by))
        found = {}
        for row in reply.rows:
            values = tuple(None if one.unstated else one.code or one.number for one in row.by)
            assert [one.field for one in row.by] == list(by) or (by and not row.by and not row.figures)
            assert (row.committee, row.own, values) not in found
            found[row.committee, row.own, values] = {figure.measure: figure for figure in row.figures}
        units = [(node, False), (node, True), *((child, False) for child in self.listed(node))]
        order = list(dict.fromkeys((row.committee, row.own) for row in reply.rows))
        assert order == units if not by or found.keys() & {(node, False)} else order == units[-len(order):]
        for unit, own in units:
            rows = [row for row in self.below(unit, periods) if not own or row.committee == node]
            cells = {()} if not by else {values for row in rows
                                         for values in itertools.product(*(row.values[field] for field in by))}
            answered = {values for code, self_, values in found if (code, self_) == (unit, own)}
            assert answered - {()} == cells - {()}, (unit, own, answered, cells)
            assert cells or (unit, own) == (node, False) or answered == {()}
            for values in cells:
                try:
                    self.check_row(found[unit, own, values], node, unit, own, periods, list(zip(by, values)))
                except AssertionError as error:
                    raise AssertionError(f"{node} {unit} own={own} {periods} {by} {values}: {error}") from error

    def compare(self, client, spans, chance):
        """Every node, each breakdown, over each span of periods; traces at random."""
        for node in self.parent:
            asked = []
            for first, last in spans:
                periods = tuple(PERIODS[first:last + 1])
                for by in [(), *((field,) for field in FIELDS), *PAIRS]:
                    request = pb.TotalsRequest(kind=tzclient.kind_number("output"), committee=node, by=by,
                                               period=periods[0], children=True,
                                               period_to=periods[-1] if len(periods) > 1 else "")
                    asked.append((periods, by, client.send("totals", request)))
            for periods, by, number in asked:
                first, *rest = client.wait(number)
                for part in rest:
                    first.totals.rows.extend(part.totals.rows)
                self.check_answer(first.totals, node, periods, by)
            self.check_other_periods(client, node)
            self.check_trace(client, node, spans, chance)

    def check_other_periods(self, client, node):
        others = {one.period: one.records
                  for one in client.totals_reply("output", "2017H1", committee=node).other_periods}
        counts = {period: len(self.below(node, (period,))) for period in PERIODS[:2]}
        assert others == {period: count for period, count in counts.items() if count}

    def check_trace(self, client, node, spans, chance):
        first, last = chance.choice(spans)
        periods = tuple(PERIODS[first:last + 1])
        measure = chance.choice([*MEASURES, "records", "committees"])
        under = self.below(node, periods)
        where = []
        if under and chance.random() < 0.7:
            values = chance.choice(under).values
            where = [(field, chance.choice(sorted(values[field], key=str)))
                     for field in chance.sample(FIELDS, chance.choice([1, 2]))]
        filters = [pb.ByFilter(field=field, unstated=value is None, number=value if isinstance(value, int) else 0,
                               code=value if isinstance(value, str) else "") for field, value in where]
        figure, rows = client.trace("output", measure, periods[0], committee=node, where=filters,
                                    limit=chance.choice([0, 3]),
                                    period_to=periods[-1] if len(periods) > 1 else "")
        if measure in MEASURES:
            behind = [row for period in self.taking(periods, measure) for row in self.taken(node, period, measure)]
        else:
            behind = under
        behind = [row for row in behind if row.inside(where)]
        found = [(row.record.address.committee, row.record.address.period, row.record.address.key)
                 for row in rows]
        assert sorted(found) == sorted(row.address for row in behind), (node, measure, where)
        if measure in MEASURES:
            self.check_figure(figure if behind else None, node, periods, measure, where)
            stated = {row.address: row.stated(measure) for row in behind}
            for address, row in zip(found, rows):
                assert row.quantity.value == stated[address].value
        else:
            units = {row.committee for row in behind}
            assert figure.sum.value == len(behind if measure == "records" else units)
            return
        replaced = [row for period in self.taking(periods, measure)
                    for row in self.built(node, node, period, measure)
                    if row.inside(where) and (row.committee != node or not row.subtree)]
        figure, rows = client.trace("output", measure, periods[0], committee=node, where=filters, built_up=True,
                                    limit=chance.choice([0, 3]), period_to=periods[-1] if len(periods) > 1 else "")
        found = [(row.record.address.committee, row.record.address.period, row.record.address.key)
                 for row in rows]
        assert sorted(found) == sorted(row.address for row in replaced), (node, measure, where)
        if replaced:
            assert tzclient.plain(figure.sum) == added(replaced, measure)
        assert not figure.HasField("built_up")

    # --- changes ---

    def draw(self, chance):
        """A random record that the registry must take."""
        committee = chance.choice(sorted(set(self.parent) - self.groupings))
        period, key = chance.choice(PERIODS), f"K{chance.randrange(3)}"
        amounts = {measure: chance.choice([None, "some", (chance.randrange(100), "exact"), (chance.randrange(100),
                   chance.choice(["over", "nearly", "about", "at_least"]))]) for measure in MEASURES}
        if all(amount is None for amount in amounts.values()):
            amounts["cases"] = (0, "exact")
        subtree = chance.random() < 0.2
        whole = None
        if not subtree and chance.random() < 0.5:
            above = [unit for unit in self.path(committee) if unit not in self.groupings]
            whole = (chance.choice(above), period, f"K{chance.randrange(3)}")
            if whole[0] == committee and not self.may_stand(committee, period, key, whole):
                whole = None
        services = chance.sample(SERVICES, chance.choice([0, 1, 1, 2, 3]))
        targets = chance.sample([1, 2, 3], chance.choice([0, 1, 2]))
        homes = [code for code in self.parent if committee in self.path(code) and code not in self.groupings]
        values = {"is_pilot": {chance.choice([None, 1, 2])}, "place": {chance.choice([None, *homes])},
                  "service_fields": {one if one < 100 else one // 100 for one in services} or {None},
                  "service_fields.2": set(services) or {None}, "target_groups": set(targets) or {None}}
        return Row(committee, period, key, amounts, subtree, whole, values)

    def may_stand(self, committee, period, key, whole):
        """No chains at one committee."""
        other = self.live.get(whole)
        chain = other is not None and other.whole is not None and other.whole[0] == committee
        has_parts = any(row.committee == committee and row.whole == (committee, period, key)
                        for row in self.live.values())
        return whole != (committee, period, key) and not chain and not has_parts

    def put(self, client, row):
        place = f"{row.committee}/output/{row.period}/{row.key}"
        (pilot,), (home,) = row.values["is_pilot"], row.values["place"]
        env = {"place": home or "", "is_pilot": pilot or 0}
        if row.values["service_fields.2"] != {None}:
            env["service_fields"] = rec.EnumList(values=sorted(row.values["service_fields.2"]))
        if row.values["target_groups"] != {None}:
            env["target_groups"] = rec.EnumList(values=sorted(row.values["target_groups"]))
        part_of = f"{row.whole[0]}/output/{row.whole[1]}/{row.whole[2]}" if row.whole else ""
        amounts = {measure: "若干" if amount == "some" else amount for measure, amount in row.amounts.items()}
        body = bodies.output(scope=bodies.SUBTREE if row.subtree else bodies.OWN, part_of=part_of, env=env,
                             **amounts)
        (outcome,) = client.submit(record(place, body, base=self.revision.get(place, 0)))
        assert outcome_name(outcome) in ("CREATED", "UPDATED", "UNCHANGED"), (row, outcome)
        self.revision[place] = outcome.revision
        self.live[row.address] = row

    def withdraw(self, client, chance):
        row = self.live.pop(chance.choice(sorted(self.live)))
        place = f"{row.committee}/output/{row.period}/{row.key}"
        outcome = client.withdraw(place, self.revision[place])
        assert outcome_name(outcome) == "WITHDRAWN", outcome
        self.revision[place] = outcome.revision

    def move(self, client, chance):
        code = chance.choice([code for code, (_, level) in self.unit.items() if level > 1])
        name, level = self.unit[code]
        parent = chance.choice([other for other, (_, above) in self.unit.items() if above < level])
        (outcome,) = client.import_committees((code, name, level, parent, code in self.groupings))
        assert outcome_name(outcome) == ("UNCHANGED" if parent == self.parent[code] else "UPDATED"), outcome
        self.parent[code] = parent

    def change(self, client, chance):
        draw = chance.random()
        if draw < 0.15 and self.live:
            self.withdraw(client, chance)
        elif draw < 0.22:
            self.move(client, chance)
        else:
            self.put(client, self.draw(chance))
        self.forget()


def play(client, chance, operations, every):
    ledger = Ledger(registry.TREE)
    for step in range(1, operations + 1):
        ledger.change(client, chance)
        if step % every == 0 or step == operations:
            ledger.compare(client, [(0, 0), (1, 1), (0, 2)], chance)
    return ledger
