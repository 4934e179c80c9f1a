// From the command line to the exit status: read it, make the call, print the answer.
import { quote } from '../core/quote.ts';
import { tell, WriteError, type Io } from './io.ts';
import { readCommandLine, type CommandLine } from './options.ts';
import { isRemote } from './remote-options.ts';
import { styleFor } from './style.ts';
import { UsageError } from './usage-error.ts';

/** @returns the exit status: 0 it worked, 1 it failed, 2 no call was made, 3 the store was out of reach. */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  try {
    if (argv[0] === '--complete') {
      const { complete } = await import('./complete.ts');
      return await complete(argv.slice(1), io);
    }
    return await run(readCommandLine(argv), io);
  } catch (error) {
    if (error instanceof WriteError) {
      // A reader that has seen enough is no failure.
      if (error.code === 'EPIPE') return 0;
      tell(io, `whmapi1: the answer could not be written: ${error.message}\n`);
      return 1;
    }
    if (!(error instanceof UsageError)) throw error;
    const { usageLine } = await import('./help.ts');
    // What --color says was not read either.
    const style = await styleFor(io.stderr, 'auto', io);
    tell(io, `${style.error(`whmapi1: ${error.message}`)}\n${usageLine}\nwhmapi1 --help explains more.\n`);
    return 2;
  }
}

async function run(line: CommandLine, io: Io): Promise<number> {
  if (line.version) {
    const { version } = await import('../app.ts');
    io.stdout.write(`${version}\n`);
    return 0;
  }
  if (line.command === 'help') return manual(line, io);
  if (line.help) return help(line, io);
  if (line.completion !== undefined) {
    const { printCompletionScript } = await import('./completion-script.ts');
    return printCompletionScript(line.completion, io);
  }
  if (line.openapi) {
    const { printOpenApi } = await import('./openapi.ts');
    return printOpenApi(io);
  }
  if (line.migrateStore) {
    const { migrateStore } = await import('./migrate-store.ts');
    return migrateStore(line, io);
  }
  if (line.all) throw new UsageError('--all goes with --help.');
  if (line.search !== undefined) {
    const { search } = await import('./search.ts');
    return search(line, io);
  }
  if (line.configure) {
    const { configure } = await import('./configure.ts');
    return configure(line.remote, io);
  }
  if (line.command === undefined) throw new UsageError('No function is named.');
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
  if (openManual(line.words, io)) return 0;
  const [command, ...words] = line.words;
  return help({ ...line, command, words }, io);
}

async function help(line: CommandLine, io: Io): Promise<number> {
  const { index } = await import('../functions/index.generated.ts');
  const style = await styleFor(io.stdout, line.color, io);
  if (line.command === undefined) {
    const list = line.all
      ? (await import('./catalogue-help.ts')).completeList
      : (await import('./help.ts')).generalHelp;
    let shown: typeof index | number = index;
    // What that reseller may call.
    if (line.user !== undefined) {
      shown = await (await import('./callable-functions.ts')).callableBy(line.user, io);
    }
    if (typeof shown === 'number') return shown;
    io.stdout.write(list(shown, style));
    return 0;
  }
  if (Object.hasOwn(index, line.command)) {
    const { functionHelp } = await import('./function-help.ts');
    const { loadFunction } = await import('../functions/loaders.generated.ts');
    const fn = await loadFunction(line.command);
    if (fn !== undefined) io.stdout.write(functionHelp(fn, index[line.command]?.family ?? '', style));
    return 0;
  }
  const { catalogueHelp } = await import('./catalogue-help.ts');
  const text = await catalogueHelp(line.command, line.words, index, style);
  if (text !== undefined) {
    io.stdout.write(text);
    return 0;
  }
  const { suggest } = await import('./suggest.ts');
  const { error } = await styleFor(io.stderr, line.color, io);
  tell(io, `${error(`whmapi1: no function or family is named ${quote(line.command)}.`)}\n`);
  suggest(line.command, io);
  return 1;
}
