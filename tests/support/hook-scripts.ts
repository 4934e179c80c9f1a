// Scripts for tests of script hooks, in a directory of their own that nobody else can change.
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { HookDesk, type Attributes, type Hook } from '../../src/administration/hooks.ts';
import type { Installation } from './installation.ts';

/** What a script received. */
export interface Received {
  readonly context: Readonly<Record<string, unknown>>;
  readonly data: Readonly<Record<string, unknown>>;
  readonly hook: Readonly<Record<string, unknown>>;
}

export class HookScripts {
  readonly directory: string;
  readonly #installation: Installation;

  constructor(installation: Installation) {
    this.#installation = installation;
    this.directory = join(installation.directory, 'scripts');
    this.clear();
  }

  /** Removes all scripts and what they have left. */
  clear(): void {
    rmSync(this.directory, { recursive: true, force: true });
    mkdirSync(this.directory, { mode: 0o755 });
  }

  /** Writes a shell script. It appends its name and arguments to the file `order`, and its input to NAME.seen. */
  write(name: string, body = 'echo 1'): string {
    const path = join(this.directory, name);
    const seen = `cat >> '${path}.seen'\necho "${name}\${1:+ $1}" >> '${join(this.directory, 'order')}'\n`;
    writeFileSync(path, `#!/bin/sh\n${seen}${body}\n`);
    chmodSync(path, 0o755);
    return path;
  }

  /** Registers a hook as `whmapi1 --hook add script PATH --manual` does. */
  async add(hook: string, attributes: Attributes): Promise<Hook> {
    const desk = new HookDesk(this.#installation.environment);
    try {
      const { added } = await desk.add(hook, [{ category: 'Whostmgr', hook, ...attributes }]);
      const [only] = added;
      if (only === undefined) throw new Error('Nothing was registered.');
      return only;
    } finally {
      desk.close();
    }
  }

  /** The names of the scripts that have run, with their first argument, in order. */
  order(): string[] {
    const file = join(this.directory, 'order');
    return existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : [];
  }

  /** What the script received each time. */
  received(name: string): Received[] {
    const file = join(this.directory, `${name}.seen`);
    if (!existsSync(file)) return [];
    return readFileSync(file, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Received);
  }
}
