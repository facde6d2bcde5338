"""The judge where -L of coretap and of stap differ: what gdb finds at the places that coretap probes.

The two may choose different addresses for one place, and optimised code keeps a variable for a few instructions only.
So stap's list alone says nothing about a coretap that stops elsewhere: gdb is asked about coretap's own addresses.
"""
import bisect
import collections
import re
import tempfile

from list_tools import data_symbols, output, statement_rows

# gdb's words for what has no value.
NO_VALUE = re.compile(r"optimized out|an? (function|typedef|label|block)|unresolved")

ASK_GDB = """python
for address in [{addresses}]:
    print("@@ %d" % address)
    try:
        block = gdb.block_for_pc(address)
        is_inner = True
        while block:
            for symbol in block if is_inner else ():
                print("type %s %s" % (symbol.name, symbol.type))
            if block.function:
                print("in %s" % block.function.name)
                is_inner = False
            block = block.superblock
        gdb.execute("info scope *%d" % address)
    except gdb.error as error:
        print(error)
end
"""


class Scope:
    """What gdb says of the variables at one address: how each that has a value is kept, and which values begin or end there."""

    def __init__(self, text, address):
        # The innermost first; glibc's own calls have names that begin with __GI_.
        self.functions = re.findall(r"^in (?:__GI_)?(.*)$", text, re.M)
        self.types = dict(reversed(re.findall(r"^type (\S+) (.*)$", text, re.M)))  # the innermost of a name
        # `info scope` ends at the first variable that gdb cannot describe.
        self.is_whole = not re.search(r"Corrupted DWARF|No function found for block", text)
        self.kept, self.begins, self.ends, seen = {}, set(), set(), set()
        for symbol in re.split(r"^Symbol ", text, flags=re.M)[1:]:
            name, _, what = symbol.partition(" is ")
            if name in seen:  # an outer one of the same name
                continue
            seen.add(name)
            if not what.startswith("multi-location"):
                if not NO_VALUE.match(what):
                    self.kept[name] = what
                continue
            for place in re.split(r"  Range ", what)[1:]:
                begin, end = (int(number, 16) for number in re.match(r"0x(\w+)-0x(\w+): ", place).groups())
                how = place.partition(": ")[2]
                if begin <= address < end and not NO_VALUE.match(how):
                    self.kept[name] = how
                    if begin == address:
                        self.begins.add(name)
                if end == address and not NO_VALUE.match(how):
                    self.ends.add(name)


def scopes(path, addresses):
    """gdb's Scope at each address."""
    with tempfile.NamedTemporaryFile("w", suffix=".gdb") as script:
        script.write(ASK_GDB.format(addresses=", ".join(map(str, sorted(addresses)))))
        script.flush()
        text = output("gdb", "-q", "-nx", "-batch", "-iex", "set debuginfod enabled off", "-x", script.name, path)
    found = {}
    for block in text.split("@@ ")[1:]:
        address = int(block[:block.index("\n")])
        found[address] = Scope(block, address)
    missing = set(addresses) - set(found)
    assert not missing, f"gdb did not answer about {sorted(missing)[:3]}: {text[-300:]}"
    return found


class Segments:
    """From offsets in a file to the addresses that debug information speaks of."""

    def __init__(self, path):
        loads = re.findall(r"LOAD\s+0x(\w+) 0x(\w+) 0x\w+ 0x(\w+)", output("readelf", "-lW", path))
        self.loads = sorted((int(offset, 16), int(address, 16), int(size, 16)) for offset, address, size in loads)

    def address(self, offset):
        begin, address, size = self.loads[bisect.bisect([load[0] for load in self.loads], offset) - 1]
        assert begin <= offset < begin + size, offset
        return address + offset - begin


def probed_addresses(coretap, path, point, renamed):
    """The addresses that each listed place stands for; places have the names that `renamed` gives them."""
    segments = Segments(path)
    text = output(coretap, "-u", "-w", "-d", "ir-lowered", "-e", f"probe {point} {{ println(pp()) }}")
    places = collections.defaultdict(set)
    for name, offset in re.findall(r'^  site "(.*?)" at \S+\+(\d+) ', text, re.M):
        places[renamed(name.replace('\\"', '"'))].add(segments.address(int(offset)))
    return places


def parsed(lines, renamed):
    """{place: its lists of variables, each {name: type}}; a place with several sites may have several."""
    places = collections.defaultdict(list)
    for line in lines:
        line = re.sub(r" /\*.*?\*/", "", line)  # what coretap says of a place that may count less, docs/probes.md
        place, rest = re.match(r'(process\("[^"]*"\)(?:\.\w+(?:\("[^"]*"\))?)+)(.*)', line).groups()
        places[renamed(place)].append({name: kind.strip() for name, kind in re.findall(r" \$(\S+?):(.*?)(?= \$|$)", rest)})
    return places


def scopes_of_places(coretap, path, point, renamed, wanted, reach):
    """{place: gdb's Scope at each of its addresses, and at the `reach` bytes behind}"""
    if not wanted:
        return {}
    places = probed_addresses(coretap, path, point, renamed)
    places = {place: {address + step for address in addresses for step in range(reach + 1)} for place, addresses in places.items()}
    at = scopes(path, set().union(*(places[place] for place in wanted)))
    return {place: [at[address] for address in sorted(places[place])] for place in wanted}


def scopes_of_line(path, place):
    """gdb's Scope at each statement that the line table has of a .statement's line."""
    found = re.search(r'\.statement\("[^@]*@(?:[^@]*/)?([^@/]+):(\d+)"', place)
    addresses = statement_rows(path).get((found[1], int(found[2])), ()) if found else ()
    return scopes(path, addresses).values() if addresses else ()


def rule_of(path, name, their_type, our_type, at, place):
    """The rule that explains that one variable differs between the two lists of a place; None if there is none."""
    if their_type and our_type:
        if (their_type, our_type) == ("va_list", "struct __va_list_tag*"):
            return "va-list"
        plain = re.sub(r"\b(struct|union|enum) | ", "", our_type)
        return "inner-variable" if any(scope.types.get(name, "").replace(" ", "") == plain for scope in at) else None
    if our_type:
        if any(name in scope.kept for scope in at):
            return "value-there"
        if any(name in scope.ends for scope in at):
            return "value-ends-there"
        if not all(scope.is_whole for scope in at):
            return "gdb-fails"
        if name in data_symbols(path):
            return "extern-variable"
        function = re.search(r'\.\w+\("([^@"]*)', place)[1]
        return "before-its-block" if any(scope.functions[:1] != [function] for scope in at) else None
    if any(name not in scope.kept for scope in at):
        return "no-value-there"
    if any(name in scope.begins for scope in at):
        return "value-begins-later"
    if any("$xmm" in scope.kept[name] for scope in at):
        return "vector-register"
    return "parameter-ref" if any("parameter_ref" in scope.kept[name] for scope in at) else None


def compare(path, theirs, ours, explain, scopes_at):
    """Compares the variables of the places that both list. Gives what no rule explains, and the number of equal places."""
    unexplained, equal, differing = [], 0, []
    for place in sorted(set(theirs) & set(ours)):
        for wanted in theirs[place]:
            best = min(ours[place], key=lambda got: sum(wanted.get(name) != got.get(name) for name in {*wanted, *got}))
            names = [name for name in {*wanted, *best} if wanted.get(name) != best.get(name)]
            equal += not names
            differing += [(place, name, wanted.get(name), best.get(name)) for name in names]
    at = scopes_at({place for place, *_ in differing})
    for place, name, their_type, our_type in differing:
        rule = rule_of(path, name, their_type, our_type, at[place], place) if at[place] else None
        kept = [scope.kept.get(name) for scope in at[place]]
        if not rule and not our_type and any(scope.kept.get(name) not in kept for scope in scopes_of_line(path, place)):
            rule = "another-place-in-line"
        if rule:
            explain((place, name), rule)
        else:
            unexplained.append(f"{place} ${name}: stap {their_type}, coretap {our_type}")
    return unexplained, equal
