// whmapi1 --rebuild [ACCOUNT ...]: creates again what the store has and this server lacks.
import { ApiError } from '../core/errors.ts';
import { visible } from '../core/quote.ts';
import { Rebuilding, type Missing, type Outcome } from '../administration/rebuild.ts';
import { writeStderr, type Io } from './io.ts';
import type { CommandLine } from './options.ts';
import { reportFailure } from './report-failure.ts';
import { UsageError } from './usage-error.ts';

type Rebuilt = Pick<CommandLine, 'command' | 'words' | 'dryRun'>;

/**
 * @param force copies of passwords, crontabs, zones and users of databases that cannot be decrypted are removed first.
 * @returns the exit status: 1 if something could not be created again. @throws UsageError
 */
export async function rebuild(line: Rebuilt, force: boolean, io: Io): Promise<number> {
  const usernames = [...(line.command === undefined ? [] : [line.command]), ...line.words];
  if (usernames.some((word) => word.includes('=') || word.startsWith('-'))) {
    throw new UsageError('--rebuild needs no arguments, or the names of accounts: --rebuild bob');
  }
  let rebuilding: Rebuilding;
  try {
    rebuilding = new Rebuilding(io.environment);
  } catch (error) {
    return reportFailure(error, io);
  }
  try {
    if (force && !line.dryRun) {
      const count = await rebuilding.forgetLost();
      if (count > 0) io.stdout.write(`Removed from the store, because their key is lost: ${count} copies.\n`);
    }
    return await run(rebuilding, usernames, line, io);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return reportFailure(error, io);
  } finally {
    rebuilding.close();
  }
}

async function run(
  rebuilding: Rebuilding,
  usernames: readonly string[],
  { dryRun }: Pick<CommandLine, 'dryRun'>,
  io: Io,
): Promise<number> {
  const overview = await rebuilding.look(usernames);
  for (const problem of overview.problems) writeStderr(io, `whmapi1: ${visible(problem)}\n`);
  const lost = overview.missing.filter(({ kind }) => kind === 'lost');
  if (overview.missing.length === lost.length && overview.ofRoot.length === 0) {
    io.stdout.write(
      lost.length === 0
        ? 'This server has everything that the store has of its accounts.\n'
        : 'Nothing can be created again.\n',
    );
    tellLost(lost, io);
    return overview.problems.length + lost.length > 0 ? 1 : 0;
  }
  // A script is not asked.
  const question = dryRun || !io.stdout.isTerminal() ? undefined : io.ask;
  const isAsked = question !== undefined;
  let failures = 0;
  const show = (isDryRun: boolean) => (outcome: Outcome) => {
    if (outcome.problem !== undefined) failures += 1;
    tell(outcome, isDryRun, io);
  };
  if (dryRun || isAsked) await rebuilding.run(overview, true, show(true));
  if (isAsked) {
    tellLost(lost, io);
    const answer = await question('Create this? Type yes: ', false);
    if (answer.trim() !== 'yes') {
      io.stdout.write('Nothing was changed.\n');
      return 1;
    }
  }
  if (dryRun) io.stdout.write('Nothing was changed.\n');
  else {
    failures = 0;
    await rebuilding.run(overview, false, show(false));
  }
  if (!isAsked) tellLost(lost, io);
  if (failures > 0)
    writeStderr(
      io,
      'whmapi1: If the software of a role is not installed on this server yet, activate the profile first (whmapi1 ' +
        '--doctor has the command). Then run whmapi1 --rebuild again.\n',
    );
  return failures + overview.problems.length + lost.length > 0 ? 1 : 0;
}

function tell({ username, what, problem, warnings }: Outcome, isDryRun: boolean, io: Io): void {
  const of = username === '' ? '' : `${username}: `;
  if (problem === undefined) {
    io.stdout.write(`${of}${isDryRun ? 'would create' : 'created'} ${visible(what)}\n`);
  } else io.stdout.write(`${of}could not create ${visible(what)}. ${visible(problem)}\n`);
  for (const warning of warnings) writeStderr(io, `whmapi1: ${visible(warning)}\n`);
}

function tellLost(lost: readonly Missing[], io: Io): void {
  for (const { username, what } of lost) io.stdout.write(`${username}: cannot create ${visible(what)}\n`);
}
