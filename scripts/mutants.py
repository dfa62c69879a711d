"""mutants.py - which small faults can be planted into a C source file of lib/.

Works on text, with what the house style promises: clang-format's spaces around binary operators,
braces around every body, a function's braces in the first column. What does not compile after all
is found out by the compiler. SPDX-License-Identifier: Apache-2.0
"""
import re
from typing import NamedTuple


class Mutant(NamedTuple):
    """The characters start to end of a file become `new`."""
    file: str
    function: str  # "-" outside of functions
    start: int
    end: int
    new: str
    line: int
    old_text: str  # the whole lines that change, spaces made single: together with file and
    new_text: str  # function this is how the table of explained mutants names them

    def key(self):
        return (self.file, self.function, self.old_text, self.new_text)

    def apply(self, source):
        return source[:self.start] + self.new + source[self.end:]


# What a match turns into, one mutant each. Binary operators stand between spaces.
SWAPS = {
    '<': ['<=', '>='], '<=': ['<', '>'], '>': ['>=', '<='], '>=': ['>', '<'],
    '==': ['!='], '!=': ['=='], '&&': ['||'], '||': ['&&'],
    '+': ['-'], '-': ['+'], '*': ['+'], '/': ['*'], '%': ['/'],
    '<<': ['>>'], '>>': ['<<'], '&': ['|'], '|': ['&'], '^': ['|'],
    '+=': ['-=', '='], '-=': ['+=', '='], '*=': ['='], '/=': ['*='], '%=': ['/='],
    '|=': ['&=', '='], '&=': ['|=', '='], '^=': ['|='], '<<=': ['>>='], '>>=': ['<<='],
}
BINARY = re.compile(r'(?<= )(?:<<=|>>=|[-+*/%&|^<>=!]=|<<|>>|&&|\|\||[-+*/%&|^<>])(?=\s)')
STEP = re.compile(r'\+\+|--')
NOT = re.compile(r'!(?=[\w(*])')
NUMBER = re.compile(r'(?<![\w.])(0x[0-9a-fA-F]+|\d+)([uUlL]*)(?![\w.])')
BOOL = re.compile(r'\b(true|false)\b')
ERROR = re.compile(r'\bTWIN_(?:OK|E_\w+)\b')
CONDITION = re.compile(r'\b(if|while) \(')
FOR = re.compile(r'\bfor \(')
TERNARY = re.compile(r'(?<=\s)\?(?=\s)')
ROW = re.compile(r'^ +\{[^\n]*\},$', re.M)
TRY = re.compile(r'TWIN_TRY\((.*)\);', re.S)
CONTROL = re.compile(r'(if|else|for|while|do|switch|goto)\b')
LABEL = re.compile(r'\s*(?:case [^:?]+|default)\s*:')
DECLARATION = re.compile(r'(?:\w+\s+)+\**\w+(?:\[[^\]]*\])*(?:\s*:\s*\d+)?\s*(?:=|;|,)')
# Other values for a function to return, by the type in front of its name.
RETURNS = [
    (re.compile(r'\*$'), ['NULL']),
    (re.compile(r'\btwin_err_t$'), ['TWIN_OK', 'TWIN_E_STATE']),
    (re.compile(r'\bbool$'), ['true', 'false']),
    (re.compile(r'\b(?:u?int\w*_t|size_t|int|unsigned|long|char)$'), ['0', '1']),
]


def blanked(source):
    """The source with comments, strings and directives made blank; positions stay."""
    def blank(match):
        return re.sub(r'[^\n]', ' ', match.group())

    text = re.sub(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'', blank, source,
                  flags=re.S)
    text = re.sub(r'^#define \w+(?=[ \t])', blank, text, flags=re.M)  # its value may be mutated
    text = re.sub(r'^[ \t]*#(?:[^\n]*\\\n)*[^\n]*', blank, text, flags=re.M)
    return text.replace('\\\n', ' \n')


def functions(code):
    """(name, return type, start, end) of each function body."""
    for match in re.finditer(r'^(\w[\w \t*]*?)(\w+)\(([^;{}]*?)\)\n\{\n(.*?)^\}', code, re.M | re.S):
        kind = re.sub(r'\b(static|inline|const|TWIN_MUST_CHECK)\b', '', match.group(1)).strip()
        yield match.group(2), kind, match.start(4), match.end(4)


def scan(code, at, step, stops):
    """Walk from `at` to the end of the operand there: an unmatched bracket or one of `stops`."""
    opening, closing = ('([{', ')]}') if step > 0 else (')]}', '([{')
    depth = 0
    while 0 <= at < len(code):
        if code[at] in opening:
            depth += 1
        elif code[at] in closing:
            depth -= 1
            if depth < 0:
                break
        elif depth == 0 and stops.match(code, at):
            break
        at += step
    return at if step > 0 else at + 1


ENDS = r';|,|\?(?=\s)|(?<= ):(?=\s)|(?<=[^=!<>])=(?= )'
OPERAND = re.compile(ENDS + r'|&&|\||(?<=&)&|(?<=\breturn)\s')
WHOLE = re.compile(ENDS + r'|(?<=\breturn)\s')


def operand(code, at, step, stops):
    """(start, end) of the operand that ends or begins at `at`, without spaces around it."""
    other = scan(code, at, step, stops)
    start, end = sorted((at, other))
    text = code[start:end]
    return start + len(text) - len(text.lstrip()), end - len(text) + len(text.rstrip())


def tokens(code):
    """Changes of single operators, numbers, names and rows of tables: (start, end, new)."""
    for match in BINARY.finditer(code):
        for new in SWAPS[match.group()]:
            yield match.start(), match.end(), new
    for match in STEP.finditer(code):
        yield match.start(), match.end(), '--' if match.group() == '++' else '++'
    for match in NOT.finditer(code):
        yield match.start(), match.end(), ''
    for match in BOOL.finditer(code):
        yield match.start(), match.end(), 'false' if match.group() == 'true' else 'true'
    for match in NUMBER.finditer(code):
        value = int(match.group(1), 0 if match.group(1).startswith('0x') else 10)
        form = '0x%x' if match.group(1).startswith('0x') else '%d'
        for other in [value + 1, value - 1][:1 if value == 0 else 2]:
            yield match.start(), match.end(), form % other + match.group(2)
    for match in ROW.finditer(code):
        yield match.start(), match.end(), ''
    for match in ERROR.finditer(code):
        others = ['TWIN_E_STATE' if match.group() != 'TWIN_E_STATE' else 'TWIN_E_IO']
        others += ['TWIN_OK'] if match.group() != 'TWIN_OK' else []
        for new in others:
            yield match.start(), match.end(), new


def conditions(code):
    """Conditions, and parts of them, that always or never hold."""
    for match in CONDITION.finditer(code):
        end = scan(code, match.end(), 1, re.compile(r'(?!)'))
        text = code[match.end():end]
        yield match.end(), end, f'!({text})'
        yield match.end(), end, '0'
        if match.group(1) == 'if':
            yield match.end(), end, '1'
    for match in FOR.finditer(code):
        first = scan(code, match.end(), 1, re.compile(';')) + 1
        yield first, scan(code, first, 1, re.compile(';')), ' 0'
    for match in re.finditer(r'(?<= )(&&|\|\|?)(?=\s)', code):
        neutral = '1' if match.group() == '&&' else '0'  # as if the operand was not there
        yield *operand(code, match.end(), 1, OPERAND), neutral
        yield *operand(code, match.start() - 1, -1, OPERAND), neutral
    for match in TERNARY.finditer(code):
        for value in '01':
            yield *operand(code, match.start() - 1, -1, WHOLE), value


def statements(code, first, end):
    """(start, end) of each statement of a body, without its label."""
    depth, begin, at, initialisers = 0, first, first, []
    while at < end:
        here = code[at]
        if here in '([':
            depth += 1
        elif here in ')]':
            depth -= 1
        elif here == '{' and (depth > 0 or initialisers or
                              re.search(r'(=|,|\{|\)|\])\s*$', code[begin:at]) and
                              not code[begin:at].endswith(') ')):
            initialisers.append(at)
        elif here == '}' and initialisers:
            initialisers.pop()
        elif here in '{}':
            begin = at + 1
        elif here == ';' and depth == 0 and not initialisers:
            label = LABEL.match(code, begin)
            start = label.end() if label else begin
            start += len(code[start:at]) - len(code[start:at].lstrip())
            if start < at:
                yield start, at + 1
            begin = at + 1
        at += 1


def removals(code, kind, first, end):
    """Statements left out, errors ignored, other values returned."""
    for start, stop in statements(code, first, end):
        text = code[start:stop]
        attempt = TRY.fullmatch(text)
        if CONTROL.match(text) or text.startswith(('(void)', '}')):
            continue
        if text.startswith('return'):
            if stop < end - 1:
                yield start, stop, ';'
            for pattern, values in RETURNS:
                if pattern.search(kind) and text != 'return;':
                    for value in values:
                        yield start, stop, f'return {value};'
                    break
        elif not DECLARATION.match(text):
            yield start, stop, ';'
        if attempt:
            yield start, stop, f'(void)!({attempt.group(1)});'


def mutants_of(file, source):
    """All mutants of one file, in the order of the source."""
    code = blanked(source)
    bodies = list(functions(code))
    changes = set(tokens(code)) | set(conditions(code))
    for _, kind, start, end in bodies:
        changes |= set(removals(code, kind, start, end))
    made = {}
    for start, end, new in sorted(changes):
        if source[start:end] == new:
            continue
        name = next((name for name, _, first, last in bodies if first <= start < last), '-')
        top = source.rfind('\n', 0, start) + 1
        bottom = source.find('\n', max(end - 1, start))
        old_text = ' '.join(source[top:bottom].split())
        new_text = ' '.join((source[top:start] + new + source[end:bottom]).split())
        mutant = Mutant(file, name, start, end, new, source.count('\n', 0, start) + 1, old_text,
                        new_text)
        made.setdefault(mutant.apply(source), mutant)  # two ways to the same text are one
    return list(made.values())
