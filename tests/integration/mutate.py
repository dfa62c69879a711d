#!/usr/bin/env python3
"""mutate.py SCRIPT - does ./run mutate notice and report? On a tree with one function and one test
that overlooks one thing. SPDX-License-Identifier: Apache-2.0
"""
import pathlib
import re
import subprocess
import sys
import tempfile

FILES = {
    'CMakeLists.txt': '''cmake_minimum_required(VERSION 3.25)
project(tiny LANGUAGES C)
enable_testing()
add_library(tiny STATIC EXCLUDE_FROM_ALL lib/tiny/clamp.c lib/tiny/half.c)
add_library(another STATIC lib/tiny/clamp.c lib/tiny/half.c)
add_executable(test_tiny tests/unit/test_tiny.c)
target_link_libraries(test_tiny tiny)
add_test(NAME unit/test_tiny COMMAND test_tiny)
''',
    'lib/tiny/clamp.c': '''/* The value, or -1 instead of the wrong ones: i == 0 */
int clamp(int value);

int clamp(int value)
{
    if (value < 0 || value == 77) {
        return -1;
    }
    return value;
}
''',
    'lib/tiny/half.c': '''unsigned half(unsigned value);

unsigned half(unsigned value)
{
    unsigned sum = 0;

    while (value > 1) {
        value -= 2;
        sum++;
    }
    return sum;
}
''',
    'tests/unit/test_tiny.c': '''int clamp(int value);
unsigned half(unsigned value);

int main(void)
{
    return clamp(-5) != -1 || clamp(0) != 0 || clamp(9) != 9 || half(4) != 2 || half(1) != 0;
}
''',
}
STALE = '''
lib/tiny/clamp.c:5 clamp
- if (value < 0 || value == 77) {
+ if (value < 0 && value == 77) {
  Noticed by the test.

lib/tiny/clamp.c clamp
- return 7;
+ return 8;
  No such line.
'''
COUNTS = re.compile(r'total: (\d+) planted, (\d+) killed, (\d+) alive, (\d+) explained, '
                    r'(\d+) equivalent, (\d+) did not compile')


def mutate(script, root, *arguments):
    """Exit status, output, and the numbers of the closing line."""
    done = subprocess.run([sys.executable, '-B', script, '--root', root, '--jobs', '1', *arguments],
                          capture_output=True, text=True, check=False)
    counts = COUNTS.search(done.stdout)
    assert counts or '--list' in arguments, done.stdout + done.stderr
    return done.returncode, done.stdout, [int(n) for n in counts.groups()] if counts else []


def check(script, root):
    for name, text in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    table = root / 'tests' / 'mutants.txt'

    status, listed, _ = mutate(script, root, '--list')
    assert status == 0 and 'i != 0' not in listed, 'comments are no code'
    assert '- value -= 2;\n+ value += 2;' in listed and '- value -= 2;\n+ ;' in listed

    # A loop without end is noticed, and nothing escapes.
    status, out, (planted, killed, *others) = mutate(script, root, 'lib/tiny/half.c')
    assert status == 0 and others[0] == 0 and planted == killed + sum(others) > 10, out

    # In the other file all that concerns 77 lives, and nothing else.
    file = 'lib/tiny/clamp.c'
    status, out, (planted, killed, alive, explained, *others) = mutate(script, root, file)
    assert status == 1 and planted == killed + alive + explained + sum(others) and killed > 5, out
    blocks = re.findall(r'^lib/tiny/clamp.c:6 clamp\n- .*\n\+ .*$', out, re.M)
    assert len(blocks) == alive > 0 and explained == 0, out
    assert any('value == 78' in block for block in blocks)
    assert not any('value <= 0' in block or '&&' in block for block in blocks), out
    assert (root / file).read_text() == FILES[file]

    # What is printed can be pasted into the table, with a reason below; wrong rows are told.
    table.write_text(''.join(f'{block}\n  A reason.\n\n' for block in blocks) + STALE)
    status, out, counts = mutate(script, root, file)
    assert status == 1 and counts == [planted, killed, 0, alive, *others], out
    assert out.count('tests/mutants.txt: ') == 2 and '+ return 8;' in out, out
    assert 'value < 0 && value == 77' in out

    # A sample is the same each time.
    first = mutate(script, root, '--list', '--sample', '5')
    assert first == mutate(script, root, '--list', '--sample', '5') and first[1].count('\n+ ') == 5
    assert first != mutate(script, root, '--list', '--sample', '5', '--seed', '2')


if __name__ == '__main__':
    with tempfile.TemporaryDirectory() as folder:
        check(pathlib.Path(sys.argv[1]), pathlib.Path(folder))
    print('1 passed, 0 failed')
