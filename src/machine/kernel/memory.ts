// Memory of the machine and of processes, from proc(5).
import { readdir, readFile, readlink } from 'node:fs/promises';
import type { Memory, ProcessMemory } from '../../core/machine-kernel.ts';

const KIB = 1024;

export async function readMemory(file = '/proc/meminfo'): Promise<Memory> {
  const text = await readFile(file, 'utf8');
  return { total: kibibytes(text, 'MemTotal') * KIB, available: kibibytes(text, 'MemAvailable') * KIB };
}

export async function readProcessMemory(program: string, commandLine: RegExp): Promise<ProcessMemory> {
  const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const measured = await Promise.all(ids.map((id) => measure(`/proc/${id}`, program, commandLine)));
  const found = measured.filter((bytes) => bytes !== undefined);
  return { count: found.length, bytes: found.reduce((sum, bytes) => sum + bytes, 0) };
}

/** Undefined for another program, and for a process that ended meanwhile or may not be examined. */
async function measure(folder: string, program: string, commandLine: RegExp): Promise<number | undefined> {
  try {
    // The kernel adds this after the file was replaced, as an upgrade does.
    const file = (await readlink(`${folder}/exe`)).replace(/ \(deleted\)$/, '');
    if (file !== program) return undefined;
    if (!commandLine.test(await readFile(`${folder}/cmdline`, 'utf8'))) return undefined;
    return kibibytes(await readFile(`${folder}/smaps_rollup`, 'utf8'), 'Pss') * KIB;
  } catch {
    return undefined;
  }
}

function kibibytes(text: string, name: string): number {
  const [, value = '0'] = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(text) ?? [];
  return Number(value);
}
