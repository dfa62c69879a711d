#!/usr/bin/env python3
"""coverage.py BUILD - line and branch coverage of lib/, a line per room, from what the tests of a
build with --coverage have left. With --missing: the lines not run and the branches not taken.
Run it as ./run coverage. SPDX-License-Identifier: Apache-2.0
"""
import argparse
import collections
import json
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]


def lines_of(data_file):
    """(path below lib/, gcov's record) of each line of lib/ that one object covers."""
    command = ['gcov', '--json-format', '--branch-probabilities', '--stdout', data_file]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    for report in map(json.loads, done.stdout.splitlines()):
        for file in report['files']:
            path = pathlib.Path(report['current_working_directory'], file['file']).resolve()
            if path.is_relative_to(ROOT / 'lib'):
                yield from ((str(path.relative_to(ROOT)), line) for line in file['lines'])


def percent(done, total):
    return f'{done:6} of {total:5} {100 * done / total if total else 100:6.1f} %'


def main():
    parser = argparse.ArgumentParser(prog='./run coverage', description=__doc__.split('\n\n')[0])
    parser.add_argument('build', type=pathlib.Path)
    parser.add_argument('--missing', action='store_true')
    args = parser.parse_args()
    counts, missing = collections.defaultdict(lambda: [0, 0, 0, 0]), []
    for data_file in sorted(args.build.resolve().rglob('lib/**/*.gcda')):
        for path, line in lines_of(data_file):
            branches = [branch['count'] > 0 for branch in line['branches']]
            for name in (path.split('/')[1], 'total'):
                parts = (line['count'] > 0, 1, sum(branches), len(branches))
                counts[name] = [old + new for old, new in zip(counts[name], parts)]
            if line['count'] == 0:
                missing.append(f'{path}:{line["line_number"]}: not run')
            elif not all(branches):
                missing.append(f'{path}:{line["line_number"]}: {branches.count(False)} of '
                               f'{len(branches)} branches not taken')
    if not counts:
        sys.exit(f'coverage: no test has run in {args.build}')
    if args.missing:
        print('\n'.join(missing))
    for name in sorted(counts, key=lambda name: (name == 'total', name)):
        lines, all_lines, branches, all_branches = counts[name]
        print(f'{name:8} lines {percent(lines, all_lines)}   '
              f'branches {percent(branches, all_branches)}')


if __name__ == '__main__':
    main()
