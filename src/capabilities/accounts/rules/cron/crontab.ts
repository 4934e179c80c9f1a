// The lines of a crontab (crontab(5)). Jobs are found and replaced; all other lines stay as they are.
import { badParam, notFound } from '../../../../core/errors.ts';
import type { Param } from '../../../../core/define.ts';

const TIMES = ['minute', 'hour', 'day', 'month', 'weekday'] as const;
type TimeName = (typeof TIMES)[number];

export type Times = Readonly<Record<TimeName, string>>;
export type Job = Times & { readonly command: string };

/** A job, and the number of its line, from 0 on. */
export interface PlacedJob extends Job {
  readonly line: number;
  /** Its position among the jobs, from 1 on. */
  readonly count: number;
}

const JOB = /^\s*([^\s#=]\S*)\s+(\S+)\s+(\S+)\s+(\S+)\s+(\S+)\s+(\S.*)$/;
/** `@daily command`, which replaces the five times. */
const NAMED = /^\s*(@[a-z]+)\s+(\S.*)$/;
const MAILTO = /^\s*MAILTO\s*=\s*(.*?)\s*$/;
const MAX_JOBS = 1000;

/** The lowest and the highest number, and the names of the numbers from `namesFrom` on. */
const ranges: Readonly<Record<TimeName, { min: number; max: number; names: string }>> = {
  minute: { min: 0, max: 59, names: '' },
  hour: { min: 0, max: 23, names: '' },
  day: { min: 1, max: 31, names: '' },
  month: { min: 1, max: 12, names: 'jan feb mar apr may jun jul aug sep oct nov dec' },
  weekday: { min: 0, max: 7, names: 'sun mon tue wed thu fri sat' },
};

const docs: Readonly<Record<TimeName, string>> = {
  minute: 'The minutes: 0 to 59.',
  hour: 'The hours: 0 to 23.',
  day: 'The days of the month: 1 to 31.',
  month: 'The months: 1 to 12, or jan to dec.',
  weekday: 'The days of the week: 0 (Sunday) to 7, or sun to sat.',
};

function timeParam(name: TimeName) {
  return {
    type: 'string',
    required: true,
    maxLength: 200,
    doc: `${docs[name]} With “*” for all, “*/5” for every fifth, ranges and lists: 1-5,30.`,
  } as const satisfies Param;
}

export const jobParams = {
  command: {
    type: 'string',
    required: true,
    maxLength: 900,
    doc: 'The command, for the shell. cron takes “%” as a line break unless a backslash is before it.',
  },
  minute: timeParam('minute'),
  hour: timeParam('hour'),
  day: timeParam('day'),
  month: timeParam('month'),
  weekday: timeParam('weekday'),
} as const satisfies Record<string, Param>;

/** @throws ApiError `bad_param` that names the parameter. */
export function assertJob(job: Job): void {
  for (const name of TIMES) {
    if (!isTime(job[name], name)) {
      throw badParam(`The parameter “${name}” should be times of cron. ${docs[name]}`);
    }
  }
  if (job.command.trim() === '') throw badParam('The parameter “command” is empty.');
}

function isTime(text: string, name: TimeName): boolean {
  const { min, max, names } = ranges[name];
  const numberOf = (word: string): number => {
    const at = names.split(' ').indexOf(word.toLowerCase());
    if (names !== '' && at >= 0) return at + min;
    return /^\d{1,2}$/.test(word) ? Number(word) : NaN;
  };
  return text.split(',').every((part) => {
    const [range = '', step, ...more] = part.split('/');
    if (more.length > 0 || (step !== undefined && !/^[1-9]\d?$/.test(step))) return false;
    if (range === '*') return true;
    const [first = '', last = first, ...others] = range.split('-');
    const [from, to] = [numberOf(first), numberOf(last)];
    return others.length === 0 && from >= min && to <= max && from <= to;
  });
}

export function jobsIn(text: string): PlacedJob[] {
  const jobs: PlacedJob[] = [];
  for (const [line, content] of text.split('\n').entries()) {
    const named = NAMED.exec(content);
    const found = JOB.exec(content);
    const count = jobs.length + 1;
    if (named !== null) {
      const [, minute = '', command = ''] = named;
      jobs.push({ line, count, minute, hour: '', day: '', month: '', weekday: '', command });
    } else if (found !== null && !isVariable(content)) {
      const [, minute = '', hour = '', day = '', month = '', weekday = '', command = ''] = found;
      jobs.push({ line, count, minute, hour, day, month, weekday, command });
    }
  }
  return jobs;
}

function isVariable(line: string): boolean {
  return /^\s*(?:\w+|"[^"]*"|'[^']*')\s*=/.test(line);
}

/** @throws ApiError `bad_param` if the same job exists, or there are too many. */
export function withJob(text: string, job: Job): string {
  const jobs = jobsIn(text);
  if (jobs.some((one) => lineOf(one) === lineOf(job))) throw badParam('This cron job already exists.');
  if (jobs.length >= MAX_JOBS) throw badParam(`An account can have at most ${MAX_JOBS} cron jobs.`);
  return `${text}${text === '' || text.endsWith('\n') ? '' : '\n'}${lineOf(job)}\n`;
}

/** Replaces the job, or removes it if `job` is undefined. */
export function withoutJob(text: string, { line }: PlacedJob, job?: Job): string {
  const lines = text.split('\n');
  lines.splice(line, 1, ...(job === undefined ? [] : [lineOf(job)]));
  return lines.join('\n');
}

function lineOf(job: Job): string {
  const times = TIMES.map((name) => job[name]).filter((time) => time !== '');
  return [...times, job.command].join(' ');
}

/** The address that gets the output of the jobs. Empty if none does; undefined if the crontab does not say. */
export function mailAddress(text: string): string | undefined {
  const found = text.split('\n').flatMap((line) => MAILTO.exec(line)?.slice(1) ?? []);
  return found[0]?.replace(/^(["'])(.*)\1$/, '$2');
}

export function withMailAddress(text: string, address: string): string {
  const lines = text.split('\n').filter((line) => !MAILTO.test(line));
  return `MAILTO="${address}"\n${lines.join('\n')}`;
}

/** The digest of each job, 32 hexadecimal digits, in order. Jobs that are written alike have different ones. */
export async function keysOf(
  jobs: readonly Job[],
  sha256: (text: string) => Promise<Uint8Array>,
): Promise<string[]> {
  const seen = new Map<string, number>();
  const keys: string[] = [];
  for (const job of jobs) {
    const line = lineOf(job);
    const times = seen.get(line) ?? 0;
    seen.set(line, times + 1);
    const digest = await sha256(times === 0 ? line : `${line}\n${times}`);
    keys.push(Array.from(digest.slice(0, 16), (byte) => byte.toString(16).padStart(2, '0')).join(''));
  }
  return keys;
}

export interface WantedJob {
  readonly linekey?: string | undefined;
  /** Its position, from 1 on. */
  readonly count?: number | undefined;
}

/** @throws ApiError `not_found`; `bad_param` if neither is given. */
export async function findJob(
  text: string,
  { linekey, count }: WantedJob,
  sha256: (text: string) => Promise<Uint8Array>,
): Promise<PlacedJob> {
  const jobs = jobsIn(text);
  const at = linekey === undefined ? (count ?? 0) - 1 : (await keysOf(jobs, sha256)).indexOf(linekey);
  const job = jobs[at];
  if (job === undefined) throw notFound('There is no such cron job. Cron::listcron lists them.');
  return job;
}
