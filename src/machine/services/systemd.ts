// Services of Linux: units of systemd.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import type { MachineServices, MainProcess, ServiceState } from '../../core/machine-daemons.ts';
import { MachineError } from '../../core/machine-error.ts';
import type { Run } from '../linux/run.ts';
import { reasonLines } from '../../core/reason-lines.ts';
import { unitName } from './unit-name.ts';

/** systemd itself allows 90 seconds, unless the unit sets another limit. */
const LIMIT_MS = 100_000;
const PAUSE_MS = 50;
const MAX_PAUSES = 2000;
const LOG_LINES = 10;
/** Those in which a reason is looked for: some daemons say much after it, and start again several times. */
const REASON_LINES = 200;
/** A unit that systemd has started again so often, and that is starting once more, will not start by itself. */
const VAIN_RESTARTS = 3;

interface Properties {
  readonly LoadState: string;
  readonly UnitFileState: string;
  readonly ActiveState: string;
  /** Missing for units that never run, and for kinds that are not restarted. */
  readonly NRestarts?: string;
}

export class SystemdServices implements MachineServices {
  readonly isSupported = true;
  readonly #run: Run;
  readonly #limitMs: number;

  constructor(run: Run, limitMs = LIMIT_MS) {
    this.#run = run;
    this.#limitMs = limitMs;
  }

  async mainProcess(unit: string): Promise<MainProcess | undefined> {
    const words = ['show', '--property=MainPID', '--value', '--', unitName(unit)];
    const id = (await this.#run('systemctl', words)).stdout.trim();
    if (!/^[1-9]\d*$/.test(id)) return undefined;
    return { commandLine: () => readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '') };
  }

  ownProcess(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  async state(unit: string): Promise<ServiceState> {
    const name = unitName(unit);
    const state = stateOf(await this.#properties(name));
    return { ...state, log: state.state === 'failed' ? await this.#log(name) : [] };
  }

  async states(units: readonly string[]): Promise<Map<string, Omit<ServiceState, 'log'>>> {
    const found = await this.#show(units.map(unitName));
    return new Map(units.map((unit, at) => [unit, stateOf(found[at] ?? none)]));
  }

  async start(unit: string): Promise<void> {
    await this.#job('start', unit);
  }

  async stop(unit: string): Promise<void> {
    await this.#systemctl(unit, ['stop']);
  }

  async restart(unit: string): Promise<void> {
    await this.#job('restart', unit);
  }

  async restartLater(unit: string): Promise<void> {
    await this.#systemctl(unit, ['restart', '--no-block']);
  }

  async reload(unit: string): Promise<void> {
    await this.#job('reload', unit);
  }

  async enable(unit: string): Promise<void> {
    await this.#systemctl(unit, ['enable', '--quiet']);
  }

  async disable(unit: string): Promise<void> {
    await this.#systemctl(unit, ['disable', '--quiet']);
  }

  async reboot(isForced: boolean): Promise<void> {
    await this.#run('systemctl', [
      '--no-ask-password',
      '--no-wall',
      ...(isForced ? ['--force'] : []),
      'reboot',
    ]);
  }

  /** Waits, because some daemons are still `reloading` or `activating` after the job has ended. */
  async #job(verb: 'start' | 'restart' | 'reload', unit: string): Promise<void> {
    const name = unitName(unit);
    // A reload must not take the place of a stop that somebody has just asked for.
    await this.#systemctl(unit, verb === 'reload' ? ['--job-mode=fail', verb] : [verb]);
    for (let pauses = 0; ; pauses++) {
      const { ActiveState } = await this.#properties(name);
      if (ActiveState === 'active') return;
      if (!/^(?:activating|reloading|refreshing)$/.test(ActiveState) || pauses === MAX_PAUSES) {
        throw await this.#failure(name, `“${name}” is ${ActiveState} after “systemctl ${verb}”.`);
      }
      await pause(PAUSE_MS);
    }
  }

  async #systemctl(unit: string, words: readonly string[]): Promise<void> {
    const name = unitName(unit);
    if ((await this.#properties(name)).LoadState === 'not-found') {
      throw new MachineError('not_found', `The service “${name}” is not installed.`);
    }
    try {
      // systemd refuses the sixth start within ten seconds: a unit that should restart is then stopped, and stays so.
      if (words[0] === 'start' || words[0] === 'restart')
        await this.#run('systemctl', ['--no-ask-password', 'reset-failed', '--', name], { accept: [0, 1] });
      await this.#run('systemctl', ['--no-ask-password', ...words, '--', name], { limitMs: this.#limitMs });
    } catch (error) {
      if (!(error instanceof MachineError)) throw error;
      const { ActiveState } = await this.#properties(name);
      const isStopping = ActiveState === 'deactivating';
      if (words.includes('reload') && (isStopping || ActiveState === 'inactive'))
        throw await this.#failure(name, `“${name}” is not active, because it was stopped meanwhile.`, error);
      throw await this.#failure(name, isStopping ? this.#hanging(name) : error.message, error);
    }
  }

  #hanging(name: string): string {
    return (
      `“${name}” did not stop within ${this.#limitMs / 1000} seconds, and systemd is still waiting for it. End its ` +
      `processes with “systemctl kill --signal=SIGKILL ${name}”, and then retry the call.`
    );
  }

  /** Adds the last lines of the daemon's log. */
  async #failure(name: string, message: string, cause?: MachineError): Promise<MachineError> {
    // Read in any state: a unit that systemd will start again is not `failed` but `activating`.
    const log = reasonLines(await this.#log(name, REASON_LINES));
    const words = log.length === 0 ? '' : ` Its log says: ${log.join(' / ')}`;
    return new MachineError(cause?.code ?? 'failed', `${message}${words}`, { cause });
  }

  async #properties(name: string): Promise<Properties> {
    return (await this.#show([name]))[0] ?? none;
  }

  /** Returns one entry for each unit, in the same order. */
  async #show(names: readonly string[]): Promise<Properties[]> {
    if (!existsSync('/run/systemd/system')) {
      throw new MachineError(
        'failed',
        'This server does not run systemd, so its services are not available.',
      );
    }
    if (names.length === 0) return [];
    const words = ['show', '--property=LoadState,UnitFileState,ActiveState,NRestarts', '--', ...names];
    const { stdout } = await this.#run('systemctl', words);
    // systemctl prints an empty line between two units.
    return stdout.trim().split('\n\n').map(parseProperties);
  }

  /** The lines that the daemon itself wrote; if there are none, the lines that systemd wrote about it. */
  async #log(name: string, count = LOG_LINES): Promise<string[]> {
    for (const match of [[`_SYSTEMD_UNIT=${name}`], ['--unit', name]]) {
      const words = ['--no-pager', '--quiet', '--output=cat', `--lines=${count}`, ...match];
      const { stdout } = await this.#run('journalctl', words, { accept: [0, 1, 127] });
      const lines = stdout.split('\n').filter((line) => line !== '');
      if (lines.length > 0) return lines;
    }
    return [];
  }
}

const none: Properties = { LoadState: 'not-found', UnitFileState: '', ActiveState: 'inactive' };

function parseProperties(text: string): Properties {
  const rows = text
    .split('\n')
    .filter((line) => line.includes('='))
    .map((line): [string, string] => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]);
  return { ...none, ...Object.fromEntries(rows) };
}

/** A daemon that reads its files again runs meanwhile, whoever has asked for it. */
const running: Readonly<Record<string, string>> = { reloading: 'active', refreshing: 'active' };

function stateOf({
  LoadState,
  UnitFileState,
  ActiveState,
  NRestarts,
}: Properties): Omit<ServiceState, 'log'> {
  // systemd gives up after five starts within ten seconds, and never if each start takes longer.
  const isHopeless = ActiveState === 'activating' && Number(NRestarts ?? 0) >= VAIN_RESTARTS;
  return {
    isInstalled: LoadState !== 'not-found',
    isEnabled: /^(?:enabled|enabled-runtime|alias|static)$/.test(UnitFileState),
    state: isHopeless ? 'failed' : (running[ActiveState] ?? ActiveState),
    ...(LoadState === 'masked' && ({ isMasked: true } as const)),
  };
}
