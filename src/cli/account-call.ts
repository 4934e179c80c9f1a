// The commands `uapi` and `cpapi2`: call a function of UAPI or API 2. Root names the account with --user. An ordinary user
// acts for its own account, through the server's socket (`src/http/account-sockets.ts`), because only root can read the store.
import type { Envelope } from '../core/envelope.ts';
import { accountPrograms, type AccountProgram } from '../core/account-programs.ts';
import { ApiError } from '../core/errors.ts';
import { quote } from '../core/quote.ts';
import { isTabular } from '../render/format.ts';
import { loadAccountFunction } from '../uapi/load.ts';
import { answer } from './answer.ts';
import { gatherArguments, warningsOf } from './arguments.ts';
import { writeStderr, type Io } from './io.ts';
import type { CommandLine } from './options.ts';
import { readPlainLine } from './plain-line.ts';
import type { AccountRequest } from '../core/account-request.ts';
import { usageLineOf } from './account-usage.ts';
import { describeUsageError, UsageError } from './usage-error.ts';
import { wantsConfirmation } from './wants-confirmation.ts';

/** @param words What follows the program's name. @returns the exit status. @throws WriteError */
export async function runAccountProgram(
  program: AccountProgram,
  words: readonly string[],
  io: Io,
): Promise<number> {
  try {
    return await runLine(program, words, io);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    const { name } = program;
    const message = await describeUsageError(error, words, program);
    writeStderr(io, `${name}: ${message}\n${usageLineOf(program)}\nSee ${name} --help.\n`);
    return 2;
  }
}

async function runLine(program: AccountProgram, words: readonly string[], io: Io): Promise<number> {
  const line = readPlainLine(words) ?? (await import('./options.ts')).readCommandLine(words);
  if (line.version) {
    const { printVersion } = await import('./version.ts');
    return printVersion(line, io);
  }
  if (line.openapi) {
    if (program.api !== 'uapi')
      throw new UsageError('An OpenAPI description exists only for UAPI: uapi --openapi.');
    const { printOpenApi } = await import('./openapi.ts');
    return printOpenApi('uapi', io);
  }
  if (line.command === 'help') {
    const { openManual } = await import('./manual.ts');
    if (openManual(program.name, line.words, io)) return 0;
  }
  if (line.help || line.command === 'help') {
    const { printAccountHelp } = await import('./account-help.ts');
    const names = line.command === undefined || line.command === 'help' ? [] : [line.command];
    return printAccountHelp(program, [...names, ...line.words], line, io);
  }
  const call = readAccountCall(program, line, io);
  if (wantsConfirmation(line, io) && !(await isCallConfirmed(program, call, line, io))) return 2;
  const envelope = await run(call, line, io);
  return answer(envelope, line, nameOf(call), io);
}

async function isCallConfirmed(
  { name }: AccountProgram,
  call: AccountRequest,
  line: CommandLine,
  io: Io,
): Promise<boolean> {
  const fn = await loadAccountFunction(call.api, nameOf(call));
  if (fn === undefined) return true;
  const { isConfirmed } = await import('./confirm.ts');
  const as = line.user === undefined ? '' : ` --user=${line.user}`;
  const command = `${name}${as} ${call.module} ${call.func}`;
  return isConfirmed(line, { command, fn, args: call.args }, io);
}

/** The call that a line asks for. @throws UsageError */
export function readAccountCall(program: AccountProgram, line: CommandLine, io: Io): AccountRequest {
  const [module, func, ...words] = wordsOf(line);
  if (module?.startsWith('user=') === true) {
    throw new UsageError(
      `The account is an option: ${program.name} --${module} ${line.words.join(' ')}`.trim(),
    );
  }
  if (module === undefined || func === undefined || func.includes('=')) {
    throw new UsageError(
      'Name a module and a function with a space between them, such as DomainInfo list_domains.',
    );
  }
  assertOptionsOf(program, line);
  assertName(module, program);
  assertName(func, program);
  const own = { ...line, words };
  const args = gatherArguments(own, io);
  return { api: program.api, module, func, args, dryRun: line.dryRun, warnings: warningsOf(own) };
}

/** Documents write a function as Module::function. */
function wordsOf({ command, words }: CommandLine): readonly string[] {
  if (command === undefined) return [];
  const both = /^(\w+)::(\w+)$/.exec(command);
  return both === null ? [command, ...words] : [both[1] ?? '', both[2] ?? '', ...words];
}

/** Options of whmapi1 that such a call would ignore. @throws UsageError */
function assertOptionsOf(
  { name, listPrefix }: AccountProgram,
  { filters, sort, fields, output, remote, ...line }: CommandLine,
): void {
  if (filters.length > 0 || sort !== undefined || (fields !== undefined && !isTabular(output))) {
    throw new UsageError(
      `${name} filters and sorts by arguments, not by --filter, --sort and --fields: ${listPrefix}filter_column=NAME ` +
        `${listPrefix}filter_term=TEXT, ${listPrefix}sort_column=NAME and ${listPrefix}columns_a=NAME.`,
    );
  }
  const { hosts, pins, failfast, ...others } = remote;
  if (hosts.length > 0 || pins.length > 0 || failfast || Object.keys(others).length > 0) {
    throw new UsageError(`${name} calls functions of this server only: omit the options for other servers.`);
  }
  const { administration, search, forgetServer, configure, migrateStore } = line;
  const further = [administration, search, forgetServer];
  if (configure || migrateStore || further.some((one) => one !== undefined)) {
    throw new UsageError(`An option of this line belongs to whmapi1 and not to ${name}.`);
  }
}

/** `Module::function` */
export function nameOf({ module, func }: AccountRequest): string {
  return `${module}::${func}`;
}

function assertName(name: string, program: AccountProgram): void {
  if (/^[A-Za-z]\w{0,63}$/.test(name)) return;
  throw new UsageError(
    `${quote(name)} is not the name of a module or function. Such a name has only letters, digits and “_”: ` +
      `${program.name} --user=NAME Email ${program.api === 'uapi' ? 'list_pops' : 'listpops'}.`,
  );
}

async function run(request: AccountRequest, { user }: CommandLine, io: Io): Promise<Envelope> {
  if (user === undefined) {
    if (process.getuid?.() === 0) {
      const { listAllDomains, listsAllDomains } = await import('./all-domains.ts');
      if (listsAllDomains(request)) return listAllDomains(request, io);
      const { name } = accountPrograms[request.api];
      throw new UsageError(
        `Root acts as an account. Name it: ${name} --user=NAME ${request.module} ${request.func}. The command ` +
          'whmapi1 listaccts lists the accounts.',
      );
    }
    const { callThroughSocket } = await import('./account-socket.ts');
    try {
      return await callThroughSocket(request, io.environment);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      const { callFailure } = await import('../capabilities/logins/rules/account-apis/named-envelope.ts');
      return callFailure(request, error);
    }
  }
  const { callAsRoot } = await import('./account-call-as-root.ts');
  return callAsRoot(request, user, io);
}
