// The process of whmapi1d: options, certificate, listeners, signals. `bin/whmapi1d` runs this.
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { CommanderError } from 'commander';
import type { FastifyInstance } from 'fastify';
import { createApplication, version, type Application } from '../app/app.ts';
import { CommandSocket } from '../command-socket/command-socket.ts';
import { ApiError } from '../core/errors.ts';
import { BackgroundWork } from './background-work.ts';
import { AccountSockets, socketDirectory } from './account-sockets.ts';
import { KeptSockets } from './kept-sockets.ts';
import { Listener, placesOf } from './listener.ts';
import { createLog } from './log.ts';
import { helpText, readOptions } from './options.ts';
import { ListProcesses } from './lists/list-processes.ts';
import { PasswordJudge } from './password-judge.ts';
import { MailPolicy } from './mail-policy.ts';
import {
  createCpanelFiles,
  createFtpGuard,
  createServiceWatch,
  createTaskWatch,
  createWorker,
} from '../administration/tasks.ts';
import { WebmailTokens } from './webmail/tokens.ts';
import { feedWatchdog, logStream, notifySystemd, systemdUnit, writeFatal } from './systemd.ts';

/** The time limit for calls and tasks in progress when the server stops. */
const TIMEOUT_MS = 10_000;

main().catch((error: unknown) => {
  const isKnown = error instanceof ApiError || error instanceof CommanderError;
  const { message, stack } = error as Error;
  const text = isKnown ? message.replace(/^error: /, '') : (listenProblem(error) ?? stack ?? message);
  writeFatal(`whmapi1d: ${text}\n`, process.env);
  process.exitCode = error instanceof CommanderError ? 2 : error instanceof ApiError ? 3 : 1;
});

/** Undefined if the error is not that of a port. */
function listenProblem(error: unknown): string | undefined {
  const {
    syscall,
    code,
    address = '',
    port,
  } = error as NodeJS.ErrnoException & { address?: string; port?: number };
  if (syscall !== 'listen') return undefined;
  const place = `the port ${port ?? ''} at ${address}`;
  if (code === 'EADDRINUSE')
    return `Another program already listens on ${place}. Find it with: ss -ltnp sport = :${port ?? ''}. Stop it, or choose another port (whmapi1d --help).`;
  if (code === 'EACCES')
    return `Only root may listen on ${place}. Choose a port above 1023 (whmapi1d --help).`;
  if (code === 'EADDRNOTAVAIL')
    return `This server does not have the address ${address}. Choose one that “ip address” shows: --bind=ADDRESS`;
  return undefined;
}

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2), process.env);
  if (options.help || options.version) {
    process.stdout.write(options.help ? helpText() : `${version}\n`);
    return;
  }
  if (options.printUnit) {
    process.stdout.write(systemdUnit(process.execPath, process.argv[1] ?? ''));
    return;
  }
  const kept = new KeptSockets(process.env);
  const log = createLog(options.logLevel, logStream(process.env));
  const servers: FastifyInstance[] = [];
  const passwords = new PasswordJudge(join(__dirname, 'password-worker.cjs'));
  const lists = new ListProcesses(
    join(__dirname, 'lists-process.cjs'),
    () => application.installation.stateDirectory,
  );
  const background = new BackgroundWork((error) => {
    log.warn(error, 'work in the background failed');
  });
  const application = createApplication(process.env, {
    livesLong: true,
    later: background.add,
    beside: lists.make,
    passwordStrength: passwords.strengthOf,
    toolStarter: join(__dirname, 'tool-starter.cjs'),
  });
  const worker = createWorker(application, process.env, {
    onEnd: ({ id, kind }, { state }) => log.info({ task: id, kind, state }, 'task ended'),
    onTrouble: (error) => log.warn(error, 'tasks cannot run: the store cannot be used'),
  });
  const watch = createServiceWatch(application, (error) =>
    log.warn(error, 'the services could not be checked'),
  );
  const taskWatch = createTaskWatch(application, (task, error) =>
    log.warn(error, `the server could not look whether the task ${task} is needed`),
  );
  const build = readFileSync(join(__dirname, 'build-id'), 'latin1');
  const sockets = new AccountSockets(application, build);
  const commands = new CommandSocket(application, { build, environment: process.env });
  const mailPolicy = new MailPolicy(application);
  const webmailTokens = new WebmailTokens(application);
  const ftpGuard = createFtpGuard(application, (error) =>
    log.warn(error, 'guesses of passwords of FTP are not counted, or not refused'),
  );
  const cpanelFiles = createCpanelFiles(application, (error) =>
    log.warn(error, 'the files that scripts for cPanel read were not written'),
  );
  const forDaemons = [mailPolicy, webmailTokens, ftpGuard, cpanelFiles];
  const workers = [watch, taskWatch, worker, sockets, commands, ...forDaemons, background, lists];
  // Set below: what is being started is stopped once it has started.
  let begun = Promise.resolve();
  const end = once(() => stop(() => begun, servers, application, passwords, workers));
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
  const begin = async () => {
    await kept.dropOthers(placesOf(options));
    const listener = new Listener(options, application, { servers, log, kept });
    await listener.listenSecurely('whostmgrd', options.port);
    if (options.httpPort !== undefined) await listener.listenPlainly('whostmgrd', options.httpPort);
    if (options.accountPort !== undefined) await listener.listenSecurely('cpaneld', options.accountPort);
    if (options.accountHttpPort !== undefined)
      await listener.listenPlainly('cpaneld', options.accountHttpPort);
    if (options.webmailPort !== undefined) await listener.listenSecurely('webmaild', options.webmailPort);
    if (options.webmailHttpPort !== undefined)
      await listener.listenPlainly('webmaild', options.webmailHttpPort);
    const { addresses } = listener;
    const certificate = options.tlsCert === undefined ? {} : { certificate: resolve(options.tlsCert) };
    await application
      .announceServer({ role: 'whmapi1d', addresses, ...certificate }, !options.noTasks)
      .catch((error: unknown) => {
        // Only --doctor and --restore read it.
        log.warn(error, 'this server could not be announced in the state directory');
      });
    if (!options.noTasks) {
      worker.start();
      watch.start();
      taskWatch.start();
    }
    await sockets.start(socketDirectory(application, process.env)).catch((error: unknown) => {
      log.error(error, 'the users of accounts cannot call UAPI: the sockets could not be created');
    });
    await commands.start().catch((error: unknown) => {
      log.warn(error, 'the commands make their calls themselves: the socket could not be created');
    });
    // A server on another port is one of several, or a test.
    if (options.port === 2087 && !application.installation.isSandbox) {
      await mailPolicy.start().catch((error: unknown) => {
        log.error(error, 'logins to mail are not guarded: the port for Dovecot could not be opened');
      });
      await webmailTokens.start().catch((error: unknown) => {
        log.error(error, 'Roundcube logs nobody in: the port for its tokens could not be opened');
      });
      ftpGuard.start();
      if (!options.noTasks) cpanelFiles.start();
    }
    notifySystemd('READY=1');
    feedWatchdog(process.env);
  };
  begun = begin();
  await begun;
}

/** Finishes requests in progress within the time limit, and exits. */
async function stop(
  begun: () => Promise<void>,
  servers: readonly FastifyInstance[],
  application: Application,
  passwords: PasswordJudge,
  workers: readonly { readonly close: () => Promise<void> }[],
): Promise<void> {
  notifySystemd('STOPPING=1');
  const impatience = setTimeout(() => process.exit(1), TIMEOUT_MS);
  // A start that failed says so itself.
  await begun().catch(() => undefined);
  await Promise.all([...[...servers, ...workers].map((one) => one.close())]);
  await passwords.close();
  await application.writeSummaries();
  application.close();
  clearTimeout(impatience);
}

function once(work: () => Promise<void>): () => void {
  let hasRun = false;
  return () => {
    if (hasRun) return;
    hasRun = true;
    void work();
  };
}
