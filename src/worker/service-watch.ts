// Watches the monitored services of this server, in whmapi1d: one that does not run, or does not answer, is restarted by a
// task, whose log says why. One that has ended by itself is noticed within seconds.
import type { Db } from '../core/context.ts';
import type { Engine } from '../core/engine.ts';
import { isRestarting } from '../capabilities/system/rules/services/restarts.ts';
import { isWatchOff, triesOf } from '../capabilities/system/rules/services/check-interval.ts';
import * as monitored from '../capabilities/system/rules/services/monitored.ts';
import * as troubles from '../capabilities/system/rules/services/troubles.ts';
import { lookAtServices, type FoundService } from '../capabilities/system/driver/services/look-services.ts';
import { probe } from '../capabilities/system/driver/services/probes.ts';

const PAUSE_BETWEEN_TRIES_MS = 2000;
/** So often, systemd is asked for services that have ended by themselves, such as at a reload. */
const GLANCE_MS = 3000;

/** Which of WHM’s services do the work of a role. They are brought back even if nobody monitors them. */
const servicesOfRoles: Readonly<Record<string, readonly string[]>> = {
  DNS: ['named'],
  FTP: ['ftpd'],
  MySQL: ['mysql'],
  Postgres: ['postgresql'],
  WebServer: ['httpd', 'apache_php_fpm'],
};

export interface ServiceWatchDependencies {
  readonly engine: Engine;
  /** How often all services are checked. Asked again at every glance. */
  readonly intervalMs: (db: Db) => Promise<number>;
  readonly glanceMs?: number;
  readonly onTrouble?: (error: unknown) => void;
}

export class ServiceWatch {
  readonly #deps: ServiceWatchDependencies;
  readonly #ending = new AbortController();
  #loop: Promise<void> | undefined;

  constructor(deps: ServiceWatchDependencies) {
    this.#deps = deps;
  }

  /** Checks until `close`. */
  start(): void {
    this.#loop ??= this.#runForEver();
  }

  async close(): Promise<void> {
    this.#ending.abort();
    await this.#loop;
  }

  /** One check of all monitored services. @returns the services that are restarted, by WHM's names. */
  async check(): Promise<string[]> {
    const { engine } = this.#deps;
    const { isOff, names, ofRoles, tries, troubled } = await this.#settings();
    if (isOff || !(await engine.machine.services()).isSupported) return [];
    if (names.size === 0 && ofRoles.size === 0) return [];
    const isWatched = ({ name, state }: FoundService) =>
      names.has(name) || (ofRoles.has(name) && (state === 'failed' || troubled.has(name)));
    const found = (await lookAtServices(engine.machine)).filter(
      // systemd restarts this very process.
      (one) => isWatched(one) && one.isEnabled && one.isOwn !== true,
    );
    const restarted: string[] = [];
    for (const service of found) {
      const problem = await this.#problemOf(service, tries);
      if (problem === undefined) {
        if (troubled.has(service.name) && service.isRunning) await this.#noteRecovery(service.name);
      } else if (await this.#restart(service.name, problem)) restarted.push(service.name);
    }
    return restarted;
  }

  /**
   * Restarts services that have ended by themselves: the monitored ones, and those of this server’s roles. One that
   * somebody has stopped, or that is in trouble already, waits for the next check.
   * @returns the services that are restarted, by WHM's names.
   */
  async glance(): Promise<string[]> {
    const { engine } = this.#deps;
    const { isOff, names, ofRoles, troubled } = await this.#settings();
    if (isOff || !(await engine.machine.services()).isSupported) return [];
    if (names.size === 0 && ofRoles.size === 0) return [];
    const restarted: string[] = [];
    for (const { name, state, isEnabled, isOwn } of await lookAtServices(engine.machine)) {
      if (state !== 'failed' || !isEnabled || isOwn === true || troubled.has(name)) continue;
      if (!names.has(name) && !ofRoles.has(name)) continue;
      if (await this.#restart(name, `The service “${name}” has ended by itself.`)) restarted.push(name);
    }
    return restarted;
  }

  #settings() {
    return this.#read(async (db) => {
      const roles = await this.#deps.engine.rolesOf(db);
      return {
        isOff: await isWatchOff(db),
        names: await monitored.list(db),
        ofRoles: new Set(
          Object.entries(servicesOfRoles).flatMap(([role, some]) => (roles.has(role) ? some : [])),
        ),
        tries: await triesOf(db),
        troubled: await troubles.list(db),
      };
    });
  }

  async #problemOf(service: FoundService, tries: number): Promise<string | undefined> {
    // It is on its way already.
    if (/^(?:activating|deactivating|maintenance)$/.test(service.state)) return undefined;
    if (!service.isRunning) return `The service “${service.name}” does not run: it is ${service.state}.`;
    if (service.probe === undefined) return undefined;
    let problem: string | undefined;
    for (let tried = 1; tried <= tries && !this.#ending.signal.aborted; tried++) {
      problem = await probe(service.probe, this.#deps.engine.machine);
      if (problem === undefined) return undefined;
      if (tried < tries) await this.#deps.engine.sleep(PAUSE_BETWEEN_TRIES_MS);
    }
    return problem;
  }

  /** False if a task restarts it already. */
  #restart(service: string, problem: string): Promise<boolean> {
    const { engine } = this.#deps;
    return engine.store.transaction('changes', async (db) => {
      if (await isRestarting(db, service)) return { value: false, keep: false };
      const task = { kind: 'restart-service', input: { service, problem }, caller: 'root' };
      const xid = engine.newXid();
      await engine.addTask(db, { ...task, xid }, engine.now());
      await troubles.failed(db, service, problem, { now: engine.now(), xid });
      return { value: true, keep: true };
    });
  }

  /** Somebody else has repaired it, or an earlier restart took long. */
  #noteRecovery(service: string): Promise<void> {
    const { engine } = this.#deps;
    return engine.store.transaction('changes', async (db) => {
      if (await isRestarting(db, service)) return { value: undefined, keep: false };
      const moment = { now: engine.now(), xid: engine.newXid() };
      await troubles.recovered(db, service, 'A check found it in order.', moment);
      return { value: undefined, keep: true };
    });
  }

  async #runForEver(): Promise<void> {
    while (!this.#ending.signal.aborted) {
      try {
        await this.check();
      } catch (error) {
        this.#deps.onTrouble?.(error);
      }
      await this.#untilDue();
    }
  }

  /** A shorter interval that is set meanwhile counts at once. Between checks, it glances. */
  async #untilDue(): Promise<void> {
    const { intervalMs, onTrouble, glanceMs = GLANCE_MS } = this.#deps;
    const began = performance.now();
    while (!this.#ending.signal.aborted) {
      let interval = 60_000;
      try {
        interval = await this.#read(intervalMs);
      } catch (error) {
        onTrouble?.(error);
      }
      const left = interval - (performance.now() - began);
      if (left <= 0) return;
      await this.#pause(Math.min(left, glanceMs));
      // What it cannot find out, the next check reports.
      if (left > glanceMs) await this.glance().catch(() => undefined);
    }
  }

  /** Ends early when the watch ends. */
  #pause(milliseconds: number): Promise<void> {
    const { signal } = this.#ending;
    if (signal.aborted) return Promise.resolve();
    return new Promise((resume) => {
      const timer = setTimeout(end, milliseconds);
      signal.addEventListener('abort', end, { once: true });
      function end(): void {
        clearTimeout(timer);
        signal.removeEventListener('abort', end);
        resume();
      }
    });
  }

  #read<T>(work: (db: Db) => Promise<T>): Promise<T> {
    return this.#deps.engine.store.transaction('reads', async (db) => ({
      value: await work(db),
      keep: false,
    }));
  }
}
