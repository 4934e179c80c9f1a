// The trash of a home: `.trash`, with a note of where each file was, `.trash/.trash_restore`. A line of the note is the
// name in the trash, `=`, and the directory that the file was in.
import { closeSync, constants, fstatSync, mkdirSync, openSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import { homeParts } from '../../core/machine-user-files.ts';
import { MachineError, UNCHANGED } from '../../core/machine-error.ts';
import { listEntries } from './entries.ts';
import { readAll, replaceFile } from './content.ts';
import { O_PATH, statOf, withPlace, type OpenHome, type Place } from './place.ts';
import { removeTree } from './tree.ts';

const TRASH = '.trash';
const NOTE = '.trash_restore';
const MAX_NOTE_BYTES = 4 * 1024 * 1024;
const MAX_TRIES = 10_000;

/** @param path that of the source. @returns the name in the trash. */
export async function moveToTrash(source: Place, path: string): Promise<string> {
  const { home } = source;
  const [first] = homeParts(path, home.path);
  if (first === TRASH) throw new MachineError('invalid', `“${path}” is in the trash already.`);
  await withPlace(home, TRASH, false, async (trash) => {
    if (statOf(trash.path) === undefined) mkdirSync(trash.path, { mode: 0o700 });
  });
  return withPlace(home, `${TRASH}/${NOTE}`, false, async (note) => {
    const name = freeName(note, source.name);
    const origin = dirname(`${home.path}/${homeParts(path, home.path).join('/')}`);
    const lines = await noteLines(note);
    home.assertStays(UNCHANGED);
    const isOneLine = !/[\n\r=]/.test(name) && !/[\n\r]/.test(origin);
    renameSync(source.path, note.beside(name));
    if (isOneLine)
      await writeNote(note, [...lines.filter((line) => nameIn(line) !== name), `${name}=${origin}`]);
    return name;
  });
}

/** @returns the path below the home. */
export async function restoreFromTrash(home: OpenHome, name: string): Promise<string> {
  const [part = '', ...others] = homeParts(name, home.path);
  if (others.length > 0 || part === '' || part === NOTE)
    throw new MachineError('invalid', 'Invalid name: use that of a file in the trash, without directories.');
  return withPlace(home, `${TRASH}/${NOTE}`, false, async (note) => {
    const source = note.beside(part);
    const lines = await noteLines(note);
    const line = lines.find((one) => nameIn(one) === part);
    if (statOf(source) === undefined)
      throw new MachineError('not_found', `“${part}”: No such file or directory in the trash.`);
    if (line === undefined)
      throw new MachineError('not_found', `The trash has no note of where “${part}” was. Move it instead.`);
    // A name that was taken in the trash got a number there. The user can also have changed the note.
    const target = `${line.slice(line.indexOf('=') + 1)}/${part}`;
    home.assertStays(UNCHANGED);
    await withPlace(home, target, false, async (place) => {
      if (statOf(place.path) !== undefined) throw new MachineError('exists', `“${target}” already exists.`);
      renameSync(source, place.path);
    });
    await writeNote(
      note,
      lines.filter((one) => one !== line),
    );
    return homeParts(target, home.path).join('/');
  });
}

/** @returns how many files were removed. */
export async function emptyTrash(home: OpenHome, before: number): Promise<number> {
  const isThere = await withPlace(home, TRASH, false, async (trash) => statOf(trash.path) !== undefined);
  if (!isThere) return 0;
  return withPlace(home, `${TRASH}/${NOTE}`, false, async (note) => {
    const { files } = await listEntries(note.beside('.'), 0, Infinity);
    let removed = 0;
    for (const { name, changedAt, isUnnameable } of files) {
      if (name === NOTE || isUnnameable || changedAt >= before) continue;
      home.assertStays(` Files that were removed before: ${removed}.`);
      await removeTree(note.beside(name));
      removed++;
    }
    const lines = await noteLines(note);
    const kept = lines.filter((line) => isInTrash(note, nameIn(line)));
    if (kept.length < lines.length) await writeNote(note, kept);
    return removed;
  });
}

function freeName(note: Place, name: string): string {
  const names = [name, ...Array.from({ length: MAX_TRIES }, (_, index) => `${name}.${index + 1}`)];
  const free = names.find((one) => one !== NOTE && statOf(note.beside(one)) === undefined);
  if (free === undefined) throw new MachineError('exists', `The trash has too many files named “${name}”.`);
  return free;
}

function isInTrash(note: Place, name: string): boolean {
  return name !== '' && !name.includes('/') && statOf(note.beside(name)) !== undefined;
}

/** Empty if there is no note, or something else has its name. */
async function noteLines(note: Place): Promise<string[]> {
  if (statOf(note.path)?.isFile() !== true) return [];
  const fd = openSync(note.path, O_PATH | constants.O_NOFOLLOW);
  try {
    const stats = fstatSync(fd);
    if (!stats.isFile() || stats.size > MAX_NOTE_BYTES) return [];
    const content = await readAll(fd, stats.size, MAX_NOTE_BYTES);
    return Buffer.from(content ?? [])
      .toString('utf8')
      .split('\n')
      .filter((line) => line !== '');
  } finally {
    closeSync(fd);
  }
}

async function writeNote(note: Place, lines: readonly string[]): Promise<void> {
  const text = lines.map((line) => `${line}\n`).join('');
  await replaceFile(note, Buffer.from(text), { mode: 0o600 });
}

function nameIn(line: string): string {
  return line.slice(0, line.indexOf('='));
}
