#!/usr/bin/env python3
"""mutate.py - would the tests notice? Plants small faults into lib/ one at a time, runs the tests
that link the file until one fails, and prints the faults that none noticed. Run it as ./run mutate.

It works in copies of the tree below build/mutate, one for each processor. A fault that changes no
byte of the optimised object is not a fault. The others meet the tests, those that link least of lib/
first, without sanitizers; what lives meets them again with sanitizers. A test that uses up many
times its usual processor time has noticed. Faults that live for a known reason stand in
tests/mutants.txt.
SPDX-License-Identifier: Apache-2.0
"""
import argparse
import collections
import fcntl
import functools
import json
import os
import pathlib
import queue
import random
import resource
import subprocess
import sys
import threading

from mutants import mutants_of

TESTS = ('unit/', 'powercut/')  # names of tests that are one program each
# Tests that take seconds, and the rooms that they are about: others do not wait for them.
LONG = {
    'powercut': ('boot', 'flash'),
    'test_boot': ('boot', 'flash'),
    'test_srv_upload': ('server',),
    'test_signing_formats': (),
}
STRICT_LONGEST_S = 3  # a longer test is not run a second time with sanitizers
BUILDS = {
    'fast': '-O2',
    'strict': '-O1 -fsanitize=address,undefined -fno-sanitize-recover=all',
}
NOT_COPIED = {'build', '.git', '.cache', '__pycache__'}
OUTCOMES = ('killed', 'alive', 'explained', 'equivalent', 'did not compile')


def used_s():
    """Processor time of all children so far: unlike a clock it knows nothing of a busy machine."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


class Failed(Exception):
    """Something other than a mutant is wrong."""


def copy_tree(source, target):
    """Make target like source. Only files that differ are written: the build goes by their age."""
    wanted = set()
    for folder, folders, files in os.walk(source):
        folders[:] = [name for name in folders if name not in NOT_COPIED]
        place = target / pathlib.Path(folder).relative_to(source)
        place.mkdir(parents=True, exist_ok=True)
        for name in files:
            copy, data = place / name, (pathlib.Path(folder) / name).read_bytes()
            wanted.add(copy)
            if not copy.is_file() or copy.read_bytes() != data:
                copy.write_bytes(data)
                copy.chmod(os.stat(os.path.join(folder, name)).st_mode)
    for path in target.rglob('*'):
        if path.is_file() and path not in wanted:
            path.unlink()


def run_limited(program, cpu_s):
    """Exit status of a test; -9 and the like when it took too long."""
    test = subprocess.Popen([str(program)], cwd=program.parent, stdin=subprocess.DEVNULL,
                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                            start_new_session=True, env={**os.environ, 'CHECK_STOP': '1'})
    resource.prlimit(test.pid, resource.RLIMIT_CPU, (cpu_s, cpu_s))
    try:
        return test.wait(60 + 10 * cpu_s)  # for one that sleeps; a busy machine is not a fault
    except subprocess.TimeoutExpired:
        os.killpg(test.pid, 9)
        return test.wait()


def concerns(test, files, mutated):
    """Is this test, made of these files, run for mutants of that file?"""
    room = mutated.split('/')[1]
    return mutated in files and room in LONG.get(test, (room,))


class Build:
    """One build folder of a copy of the tree. Ninja builds it once; a mutant is then compiled and
    linked by ninja's own commands, without its look at every file."""

    def __init__(self, tree, name, mutated, quick):
        self.folder = tree.parent / name
        self.tree = tree
        self.commands = {}  # target: the last command on the way to it
        self.checked('cmake', '-S', tree, '-B', self.folder, '-G', 'Ninja', '-DTWIN_TESTS=ON',
                     f'-DCMAKE_C_FLAGS={BUILDS[name]}', '-Wno-dev', '--no-warn-unused-cli',
                     '--log-level=WARNING')
        self.tests = [test for test in self.tests_shown('unit/' if quick else TESTS)
                      if any(concerns(test, self.files_of(test), file) for file in mutated)]
        if self.tests:  # ninja without a target makes everything
            self.checked('ninja', '-C', self.folder, *self.tests)
        self.inputs = set().union(*map(self.files_of, self.tests))

    @staticmethod
    def checked(*command):
        done = subprocess.run(command, env={**os.environ, 'LC_ALL': 'C'}, capture_output=True,
                              text=True, check=False)
        if done.returncode != 0:
            raise Failed(f'{" ".join(map(str, command))}:\n{done.stdout}{done.stderr}')
        return done.stdout

    def ninja_tool(self, *arguments):
        return self.checked('ninja', '-C', self.folder, '-t', *arguments)

    def tests_shown(self, folders):
        """Names of the tests that are one program each, and not a program's way with arguments."""
        shown = json.loads(self.checked('ctest', '--test-dir', self.folder,
                                        '--show-only=json-v1'))
        targets = {line.split(':')[0] for line in self.ninja_tool('targets', 'all').splitlines()}
        names = [test['name'].split('/')[-1] for test in shown['tests']
                 if test['name'].startswith(folders)]
        return [name for name in names if name in targets]

    @functools.lru_cache(maxsize=None)
    def program(self, test):
        """The file, below the build folder, that the name of a target stands for."""
        words = self.ninja_tool('query', test).split()
        return words[words.index('phony') + 1] if 'phony' in words else test

    @functools.lru_cache(maxsize=None)
    def files_of(self, test):
        """What a test is made of, relative to the tree."""
        return {line.removeprefix(f'{self.tree}/')
                for line in self.ninja_tool('inputs', test).splitlines()}

    def make(self, target):
        """Do only the last step on the way to a target. Could it be done?"""
        if target not in self.commands:
            self.commands[target] = self.ninja_tool('commands', '-s', target)
        return subprocess.run(['sh', '-c', self.commands[target]], cwd=self.folder,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                              check=False).returncode == 0

    @functools.lru_cache(maxsize=None)
    def outputs(self, path):
        """What ninja makes directly of a file for the tests; programs use the same sources."""
        words = self.ninja_tool('query', path).split()
        return [word for word in words[words.index('outputs:') + 1:] if word in self.inputs]

    def compile(self, file):
        """The bytes of the object; None if the file does not compile."""
        path, = self.outputs(self.tree / file)
        return (self.folder / path).read_bytes() if self.make(path) else None

    def archive(self, file):
        """Put a file's object into its library."""
        path, = self.outputs(self.tree / file)
        for library in self.outputs(path):
            self.link(library)

    def link(self, target):
        if not self.make(target):
            raise Failed(f'{target} cannot be made; try: ninja -C {self.folder} {target}')


class Worker:
    """A copy of the tree, its builds, and one mutant at a time in it."""

    def __init__(self, root, number, mutated, quick):
        self.mutated, self.quick = mutated, quick
        self.tree = root / 'build' / 'mutate' / str(number) / 'tree'
        copy_tree(root, self.tree)
        self.builds = {'fast': Build(self.tree, 'fast', mutated, quick)}
        self.tests = None   # rows of measure()
        self.file = None    # the one that is being mutated,
        self.source = None  # its text
        self.object = None  # and its object, as they were

    def measure(self):
        """Name, files and seconds of each test that passes, those that link least of lib/ first;
        names of the others."""
        build, rows, failing = self.builds['fast'], [], []
        for name in build.tests:
            began = used_s()
            if run_limited(build.folder / build.program(name), 600) == 0:
                rows.append((name, build.files_of(name), used_s() - began))
            else:
                failing.append(name)
        return sorted(rows, key=lambda row: (sum(file.startswith('lib/') for file in row[1]),
                                             row[2])), failing

    def write(self, text):
        (self.tree / self.file).write_text(text)

    def open(self, file):
        """Begin to mutate this file."""
        if file != self.file:
            self.close()
            self.file, self.source = file, (self.tree / file).read_text()
            self.object = self.builds['fast'].compile(file)

    def close(self):
        """Make everything as it was."""
        if self.file:
            self.write(self.source)
            for build in self.builds.values():
                build.compile(self.file)
                build.archive(self.file)
            self.file = None

    def strict(self):
        """The build with sanitizers, which few mutants need."""
        if 'strict' not in self.builds:
            file = self.file
            self.close()
            self.builds['strict'] = Build(self.tree, 'strict', self.mutated, False)
            self.open(file)
        return self.builds['strict']

    def try_mutant(self, mutant):
        """One of OUTCOMES, and the test that noticed."""
        self.open(mutant.file)
        self.write(mutant.apply(self.source))
        made = self.builds['fast'].compile(mutant.file)
        if made is None:
            return 'did not compile', None
        if made == self.object:
            return 'equivalent', None
        killer = self.first_to_fail(mutant, self.builds['fast'], 4)
        if not killer and not self.quick:
            strict = self.strict()
            self.write(mutant.apply(self.source))
            strict.compile(mutant.file)
            killer = self.first_to_fail(mutant, strict, 20, STRICT_LONGEST_S)
        return ('killed' if killer else 'alive'), killer

    def first_to_fail(self, mutant, build, factor, longest_s=float('inf')):
        """The first test to fail, with so many times its usual time."""
        concerned = [(name, seconds) for name, files, seconds in self.tests
                     if concerns(name, files, mutant.file) and seconds < longest_s]
        build.archive(mutant.file)
        for name, seconds in concerned:
            build.link(build.program(name))
            if run_limited(build.folder / build.program(name), int(1 + factor * seconds)) != 0:
                return name
        return None


def describe(mutant):
    return (f'{mutant.file}:{mutant.line} {mutant.function}\n'
            f'- {mutant.old_text}\n+ {mutant.new_text}')


def read_table(path):
    """Explained mutants: {(file, function, old, new): reason}."""
    table, block = {}, []
    lines = path.read_text().splitlines() if path.exists() else []
    for number, line in enumerate([*lines, ''], 1):
        if line.startswith('#'):
            continue
        if line.strip():
            block.append(line)
        elif block:
            place, old, new, *reason = block
            if len(place.split()) != 2 or old[:2] != '- ' or new[:2] != '+ ' or not reason:
                raise Failed(f'{path}:{number - len(block)}: not "FILE FUNCTION", "- old", "+ new"'
                             ' and a reason')
            file, function = place.split()
            file = file.split(':')[0]  # as printed: with a line number
            table[file, function, old[2:], new[2:]] = ' '.join(part.strip() for part in reason)
            block = []
    return table


def plant(root, paths):
    """The mutants of all files below the paths."""
    files = set()
    for path in paths:
        place = root / path
        if not place.exists():
            raise Failed(f'{path}: no such file or folder')
        files |= {place} if place.is_file() else set(place.rglob('*.c'))
    names = sorted(str(file.resolve().relative_to(root)) for file in files)
    outside = [name for name in names if not name.startswith('lib/') or not name.endswith('.c')]
    if outside:
        raise Failed(f'{outside[0]}: only .c files of lib/ are mutated')
    return [mutant for name in names for mutant in mutants_of(name, (root / name).read_text())]


class Run:
    """All mutants of one call, and what became of them."""

    def __init__(self, root, mutants, table):
        self.root, self.mutants, self.table = root, mutants, table
        self.todo, self.lock, self.errors = queue.SimpleQueue(), threading.Lock(), []
        self.results = {}  # index of the mutant: outcome, test
        self.failing = []  # tests that fail without a mutant, and do not count
        for item in enumerate(mutants):
            self.todo.put(item)

    def work(self, worker):
        try:
            while not self.errors:
                index, mutant = self.todo.get_nowait()
                result = worker.try_mutant(mutant)
                with self.lock:
                    self.note(index, mutant, *result)
        except queue.Empty:
            pass
        except Failed as error:
            self.errors.append(error)
        finally:
            worker.close()

    def note(self, index, mutant, outcome, killer):
        if outcome == 'alive' and mutant.key() in self.table:
            outcome = 'explained'
        self.results[index] = outcome, killer
        if outcome == 'alive':
            print(f'{describe(mutant)}\n', flush=True)
        done = len(self.results)
        if done % 50 == 0 or done == len(self.mutants):
            print(f'mutate: {done} of {len(self.mutants)}', file=sys.stderr, flush=True)

    def all_of_it(self, jobs, quick):
        """Run with this many workers. Building in one after the other measures undisturbed."""
        mutated = {mutant.file for mutant in self.mutants}
        workers = [Worker(self.root, number, mutated, quick) for number in range(jobs)]
        tests, self.failing = workers[0].measure()
        for worker in workers:
            worker.tests = tests
        threads = [threading.Thread(target=self.work, args=(worker,)) for worker in workers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if self.errors:
            raise self.errors[0]

    def killed_keys(self):
        return {self.mutants[index].key() for index, (outcome, _) in self.results.items()
                if outcome in ('killed', 'equivalent')}


def count_line(name, outcomes):
    counts = collections.Counter(outcomes)
    parts = [f'{counts[outcome]} {outcome}' for outcome in OUTCOMES]
    return f'{name}: {len(outcomes)} planted, {", ".join(parts)}'


def report(run, stale):
    """Closing lines; returns the exit status."""
    rooms = collections.defaultdict(list)
    for index, (outcome, _) in run.results.items():
        rooms[run.mutants[index].file.rsplit('/', 1)[0]].append(outcome)
    for room, outcomes in sorted(rooms.items()):
        print(count_line(room, outcomes))
    for key, why in stale:
        print('tests/mutants.txt: {} {}: {}\n- {}\n+ {}'.format(*key[:2], why, *key[2:]))
    for name in run.failing:
        print(f'{name} fails without a mutant, so it noticed none')
    everything = [outcome for outcomes in rooms.values() for outcome in outcomes]
    print(count_line('total', everything))
    return 1 if stale or run.failing or 'alive' in everything else 0


def stale_entries(table, planted, run):
    """Entries of the table that name no mutant, or one that a test has noticed."""
    files, known = {mutant.file for mutant in planted}, {mutant.key() for mutant in planted}
    killed = run.killed_keys()
    alive = {run.mutants[index].key() for index, (outcome, _) in run.results.items()
             if outcome == 'explained'}
    for key in table:
        if key[0] in files and key not in known:
            yield key, 'no such mutant any more'
        elif key in killed and key not in alive:
            yield key, 'is noticed by a test, or equivalent, now'


def parse_arguments():
    parser = argparse.ArgumentParser(prog='./run mutate', description=__doc__.split('\n\n')[0])
    parser.add_argument('paths', nargs='*', metavar='PATH', help='files or folders; default: lib')
    parser.add_argument('--sample', type=int, metavar='N', help='plant only N, chosen by the seed')
    parser.add_argument('--seed', type=int, default=1, help='default: 1')
    parser.add_argument('--jobs', type=int, default=os.cpu_count(), help='default: processors')
    parser.add_argument('--quick', action='store_true',
                        help='no power cuts, no sanitizers: some that live would be noticed')
    parser.add_argument('--list', action='store_true', help='print the mutants, run nothing')
    parser.add_argument('--killers', action='store_true', help='print which test killed which')
    parser.add_argument('--root', type=pathlib.Path, default=pathlib.Path(__file__).parents[1],
                        help='another tree of this layout')
    return parser.parse_args()


def main():
    args = parse_arguments()
    root = args.root.resolve()
    table = read_table(root / 'tests' / 'mutants.txt')
    planted = plant(root, args.paths or ['lib'])
    chosen = planted
    if args.sample is not None and args.sample < len(planted):
        indexes = random.Random(args.seed).sample(range(len(planted)), args.sample)
        chosen = [planted[index] for index in sorted(indexes)]
    if args.list:
        for mutant in chosen:
            print(f'{describe(mutant)}\n')
        return 0
    (root / 'build' / 'mutate').mkdir(parents=True, exist_ok=True)
    lock = (root / 'build' / 'mutate' / 'lock').open('w')
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise Failed('another run is at work in build/mutate') from error
    run = Run(root, chosen, table)
    run.all_of_it(max(1, args.jobs), args.quick)
    if args.killers:
        for index, (_, killer) in sorted(run.results.items()):
            if killer:
                print(f'{killer} kills {describe(chosen[index])}\n')
    return report(run, list(stale_entries(table, planted, run)))


if __name__ == '__main__':
    try:
        sys.exit(main())
    except Failed as error:
        print(f'mutate: {error}', file=sys.stderr)
        sys.exit(2)
