// Makes a call to other servers. Prints a single response as a local one, or several responses with the names of their
// servers.
import type { Envelope } from '../core/envelope.ts';
import { ApiError } from '../core/errors.ts';
import { isTabular } from '../render/format.ts';
import { tellAsides } from './asides.ts';
import type { RemoteHost } from '../remote/hosts.ts';
import { loadFunction } from '../functions/load.ts';
import { checkArguments, isSafeToRepeat } from '../remote/known-function.ts';
import { fleetOutput } from '../remote/fleet-output.ts';
import { prepare, type Prepared } from '../remote/prepare.ts';
import { RunRecord } from '../remote/run-record.ts';
import { callAll, callOne, failed } from '../remote/run.ts';
import { unknownSince, type RemoteCall } from '../remote/server.ts';
import { answer, printedStatus, writerFor } from './answer.ts';
import { gatherArguments, warningsOf } from './arguments.ts';
import { writeStderr, type Io } from './io.ts';
import type { CommandLine } from './options.ts';
import { listArguments } from './list-options.ts';
import { progressOf } from './progress.ts';
import { UsageError } from './usage-error.ts';
import { wantsConfirmation } from './wants-confirmation.ts';
import { withSetupErrors, createRemoteEnvironment } from './remote-environment.ts';

/** @returns the exit status. For several servers, the worst one; unreachable is worse than failed. */
export async function callRemotely(line: CommandLine, command: string, io: Io): Promise<number> {
  if (line.user !== undefined) {
    throw new UsageError(
      '--user works only on this server, because WHM cannot run a call as another user. Use a token of that ' +
        'reseller: --login NAME --token-file PATH.',
    );
  }
  if (!/^[\w-]{1,128}$/.test(command))
    throw new UsageError('Invalid function name: use only letters, digits and “_”.');
  const fn = await loadFunction(command);
  const given = gatherArguments(line, io);
  const args = [...given, ...listArguments(line, fn, given)];
  const hints = warningsOf(line);
  try {
    if (fn !== undefined) hints.push(...(await checkArguments(fn, args)));
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return answer(failed(command, error), line, command, io);
  }
  const call = { command, args, dryRun: line.dryRun, isSafeToRepeat: isSafeToRepeat(fn) };
  return withSetupErrors(async () => {
    const prepared = prepare(line.remote, createRemoteEnvironment(io));
    const { resume } = line.remote;
    const record = resume === undefined ? undefined : new RunRecord(resume, call);
    for (const hint of hints) writeStderr(io, `whmapi1: ${hint}\n`);
    if (wantsConfirmation(line, io)) {
      const { isConfirmed } = await import('./confirm.ts');
      const hosts = prepared.hosts.map(({ label }) => label);
      if (!(await isConfirmed(line, { command: `whmapi1 ${command}`, fn, args, hosts }, io))) return 2;
    }
    const [only] = prepared.hosts;
    if (only === undefined || prepared.isNamed || record !== undefined) {
      return run(prepared, call, record, line, io);
    }
    return answer(await callOne(only, prepared, call), line, command, io);
  });
}

interface FleetPrinter {
  begin(): void;
  answer(host: RemoteHost, envelope: Envelope): void;
  end(): Promise<void>;
}

/** Responses are printed as they arrive. Rows are printed after the last response. */
async function outputFor(line: CommandLine, command: string, io: Io): Promise<FleetPrinter> {
  if (isTabular(line.output)) {
    const { printFleetRecords } = await import('./print-records.ts');
    const answers: { host: string; envelope: Envelope }[] = [];
    return {
      begin: () => undefined,
      answer: ({ label: host }, envelope) => answers.push({ host, envelope }),
      end: () => printFleetRecords(answers, line, command, io),
    };
  }
  const { before, answer: textOf, after } = await fleetOutput(line.output);
  const write = await writerFor(line.output, line.color, io);
  let hasBegun = false;
  const begin = () => {
    if (!hasBegun) write(before);
    hasBegun = true;
  };
  return {
    begin: () => {
      if (!line.quiet) begin();
    },
    answer: (host, envelope) => {
      if (line.quiet && envelope.metadata.result === 1) return tellAsides(envelope, io, `${host.label}: `);
      begin();
      for (const piece of textOf(host, envelope)) write(piece);
    },
    end: async () => {
      if (hasBegun) write(after);
    },
  };
}

async function run(
  { hosts, ...prepared }: Prepared,
  call: RemoteCall,
  record: RunRecord | undefined,
  line: CommandLine,
  io: Io,
): Promise<number> {
  const output = await outputFor(line, call.command, io);
  const isUnknown = (host: RemoteHost) =>
    !call.isSafeToRepeat && ['begun', 'unknown'].includes(record?.outcomeOf(host) ?? '');
  const unknown = hosts.filter(isUnknown);
  const left = hosts.filter((host) => !isUnknown(host) && record?.outcomeOf(host) !== 'done');
  if (left.length < hosts.length) {
    writeStderr(
      io,
      `whmapi1: ${hosts.length - left.length} of ${hosts.length} servers were already called.\n`,
    );
  }
  const progress = progressOf(left.length, io);
  output.begin();
  for (const host of unknown) {
    output.answer(host, failed(call.command, unknownSince(host, call, line.remote.resume)));
  }
  const { status, left: uncalled } = await callAll(
    { hosts: left, ...prepared },
    call,
    {
      answered: (host, envelope) => {
        progress.hide();
        output.answer(host, envelope);
        progress.advance(envelope.metadata.result === 0);
      },
    },
    { failfast: line.remote.failfast, record },
  ).finally(() => progress.end());
  await output.end();
  if (uncalled > 0)
    writeStderr(io, `whmapi1: ${uncalled} servers were not called, because one had failed.\n`);
  if (unknown.length > 0) return 3;
  // A server that was not called has no response, so the run has failed whatever WHMAPI1_EXIT_STATUS is.
  return uncalled > 0 ? status : printedStatus(status, io);
}
