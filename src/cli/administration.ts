// Runs the commands that administer an installation. They do not call functions.
import type { AdministrationOptions } from './administration-options.ts';
import type { Io } from './io.ts';
import type { CommandLine } from './options.ts';
import { UsageError } from './usage-error.ts';

const commands = [
  ...['doctor', 'backup', 'restore', 'rebuild', 'enrol', 'log'],
  ...['tasks', 'wait', 'runTasks', 'stopTask'],
  ...['secondaries', 'addSecondary', 'removeSecondary', 'sandboxServices'],
  ...['exportDatabases', 'importDatabases', 'pamPrompt', 'pamCheck'],
] as const satisfies (keyof AdministrationOptions)[];

/** Returns the option of a command: `--add-secondary` for `addSecondary`. */
const flagOf = (command: string) => `--${command.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/** The commands that each of these options can be combined with. */
const companions = {
  withKey: { flag: '--with-key', of: ['backup'] },
  follow: { flag: '--follow', of: ['log'] },
  force: { flag: '--force', of: ['backup', 'restore', 'rebuild'] },
} as const;

/** @returns the exit status. @throws UsageError */
export async function administer(line: CommandLine, options: AdministrationOptions, io: Io): Promise<number> {
  if (options.hook !== undefined) throw new UsageError('--hook is the first word of its command line.');
  const [command, other] = commands.filter((name) => options[name] !== undefined);
  if (command !== undefined && other !== undefined) {
    throw new UsageError(`${flagOf(command)} and ${flagOf(other)} cannot be given together.`);
  }
  for (const [name, { flag, of }] of Object.entries(companions)) {
    const isGiven = options[name as keyof typeof companions] !== undefined;
    if (isGiven && !of.some((one) => one === command)) {
      throw new UsageError(`${flag} goes with ${of.map((one) => `--${one}`).join(' or ')}.`);
    }
  }
  // This command makes a call, so it accepts all options of a call.
  if (command === 'wait') return (await import('./wait.ts')).wait(line, options, io);
  const flag = flagOf(command ?? '');
  if (command === 'exportDatabases' || command === 'importDatabases') {
    return (await import('./databases.ts')).administerDatabases(line, options, io);
  }
  const acceptsWords = command === 'log' || command === 'tasks' || command === 'rebuild';
  if (line.command !== undefined && !acceptsWords) {
    throw new UsageError(`${flag} accepts no function and no arguments.`);
  }
  if (line.dryRun && command !== 'restore' && command !== 'rebuild')
    throw new UsageError(`${flag} has no dry run.`);
  if (line.user !== undefined && command !== 'enrol') {
    throw new UsageError(`${flag} is for root, so --user does not go with it.`);
  }
  if (options.outputIsGiven && !['doctor', 'log', 'tasks', 'secondaries'].some((one) => one === command)) {
    throw new UsageError(`${flag} prints text only, so --output does not go with it.`);
  }
  return start(line, options, io);
}

async function start(line: CommandLine, options: AdministrationOptions, io: Io): Promise<number> {
  const { backup, restore, force = false, withKey = false } = options;
  if (options.doctor === true) return (await import('./doctor.ts')).doctor(line, options, io);
  if (options.rebuild === true) return (await import('./rebuild.ts')).rebuild(line, force, io);
  if (options.enrol === true) return (await import('./enrol.ts')).enrol(line, io);
  if (options.log === true) return (await import('./audit-log.ts')).auditLog(line, options, io);
  if (options.tasks === true) return (await import('./tasks.ts')).printTasks(line, options, io);
  if (options.runTasks === true) return (await import('./run-tasks.ts')).runTasks(io);
  if (options.stopTask !== undefined) return (await import('./tasks.ts')).stopTask(options.stopTask, io);
  if (options.sandboxServices === true) return (await import('./sandbox-services.ts')).runSandboxServices(io);
  if (options.pamPrompt === true) return (await import('./pam.ts')).pamPrompt(io);
  if (options.pamCheck === true) return (await import('./pam.ts')).pamCheck(io);
  const named = await startOfSecondaries(line, options, io);
  if (named !== undefined) return named;
  const module = await import('./backup.ts');
  if (backup !== undefined) return module.backUp(backup, { withKey, force }, io);
  return module.restore(restore ?? '', force, line, io);
}

/** Undefined if none of the options about secondaries is given. */
async function startOfSecondaries(
  line: CommandLine,
  options: AdministrationOptions,
  io: Io,
): Promise<number | undefined> {
  const { secondaries, addSecondary: added, removeSecondary: removed } = options;
  if (secondaries === undefined && added === undefined && removed === undefined) return undefined;
  const module = await import('./secondaries.ts');
  if (added !== undefined) return module.addSecondary(added, io);
  if (removed !== undefined) return module.removeSecondary(removed, io);
  return module.printSecondaries(line, options, io);
}
