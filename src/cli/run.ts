// Runs what the command line requests: a call, help, or information about the program itself.
import { accountProgramOf, accountPrograms } from '../core/account-programs.ts';
import { quote } from '../core/quote.ts';
import { writeStderr, type Io } from './io.ts';
import { isRemote } from './is-remote.ts';
import type { CommandLine } from './options.ts';
import { readPlainLine } from './plain-line.ts';
import { styleFor } from './style.ts';
import { UsageError } from './usage-error.ts';

/** Runs what the command line requests. @returns the exit status. @throws UsageError */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  // Its further options are not those of calls.
  if (argv[0] === '--hook') return (await import('./hook.ts')).runHookCommand(argv.slice(1), io);
  const program = accountProgramOf(argv);
  if (program !== undefined)
    return (await import('./account-call.ts')).runAccountProgram(program, argv.slice(1), io);
  const line = readPlainLine(argv) ?? (await import('./options.ts')).readCommandLine(argv);
  if (line.version) {
    const { printVersion } = await import('./version.ts');
    return printVersion(line, io);
  }
  if (line.verbose) throw new UsageError('--verbose goes with --version.');
  if (line.command === 'help') return manual(line, io);
  if (line.help) return help(line, io);
  if (line.completion !== undefined) {
    const { printCompletionScript } = await import('./completion-script.ts');
    return printCompletionScript(line.completion, io);
  }
  if (line.openapi) {
    const { printOpenApi } = await import('./openapi.ts');
    return printOpenApi('whm', io);
  }
  if (line.administration !== undefined) {
    const { administer } = await import('./administration.ts');
    return administer(line, line.administration, io);
  }
  if (line.migrateStore) {
    const { migrateStore } = await import('./migrate-store.ts');
    return migrateStore(line, io);
  }
  if (line.forgetServer !== undefined) {
    const { printForgotten } = await import('./forget-server.ts');
    return printForgotten(line, line.forgetServer, io);
  }
  if (line.accounts !== undefined) throw new UsageError('--accounts goes with --forget-server.');
  if (line.all) throw new UsageError('--all goes with --help.');
  if (line.search !== undefined) {
    const { search } = await import('./search.ts');
    return search(line, io);
  }
  if (line.configure) {
    const { configure } = await import('./configure.ts');
    return configure(line.remote, io);
  }
  if (line.command === undefined) throw new UsageError('Name a function to call.');
  if (line.command.includes('=')) {
    throw new UsageError('The first word should be a function’s name, not a key=value argument.');
  }
  if (isRemote(line.remote, io)) {
    const { callRemotely } = await import('./remote.ts');
    return callRemotely(line, line.command, io);
  }
  const { call } = await import('./call.ts');
  return call(line, line.command, io);
}

async function manual(line: CommandLine, io: Io): Promise<number> {
  const { openManual } = await import('./manual.ts');
  if (openManual('whmapi1', line.words, io)) return 0;
  const [command, ...words] = line.words;
  return help({ ...line, command, words }, io);
}

async function help(line: CommandLine, io: Io): Promise<number> {
  const { index } = await import('../functions/index.generated.ts');
  const { layoutFor } = await import('./help-layout.ts');
  const { printPaged } = await import('./pager.ts');
  const layout = await layoutFor(io, line.color);
  if (line.command === undefined) {
    const { generalHelp } = await import('./help.ts');
    // Those that a reseller may call are few.
    const ofUser = (rows: typeof index, ownLayout: typeof layout) =>
      generalHelp(rows, ownLayout, line.user !== undefined);
    const list = line.all ? (await import('./catalogue-help.ts')).completeList : ofUser;
    let shown: typeof index | number = index;
    // Lists only the functions that this reseller may call.
    if (line.user !== undefined) {
      shown = await (await import('./callable-functions.ts')).callableBy(line.user, io);
    }
    if (typeof shown === 'number') return shown;
    await printPaged(list(shown, layout), io);
    return 0;
  }
  if (Object.hasOwn(index, line.command)) {
    const { functionHelp } = await import('./function-help.ts');
    const { loadFunction } = await import('../functions/load.ts');
    const fn = await loadFunction(line.command);
    if (fn !== undefined) await printPaged(functionHelp(fn, index[line.command]?.family ?? '', layout), io);
    return 0;
  }
  const program = Object.values(accountPrograms).find(({ name }) => name === line.command);
  if (program !== undefined) {
    const { printAccountHelp } = await import('./account-help.ts');
    return printAccountHelp(program, line.words, line, io);
  }
  if (line.command === 'options') {
    const { optionsHelp } = await import('./help.ts');
    await printPaged(optionsHelp(layout), io);
    return 0;
  }
  const { catalogueHelp } = await import('./catalogue-help.ts');
  const text = await catalogueHelp(line.command, line.words, index, layout);
  if (text !== undefined) {
    await printPaged(text, io);
    return 0;
  }
  const { suggest } = await import('./suggest.ts');
  const { error } = await styleFor(io.stderr, line.color, io);
  writeStderr(io, `${error(`whmapi1: no function or family is named ${quote(line.command)}.`)}\n`);
  suggest(line.command, io);
  return 1;
}
