// System tools that drivers declared. A sandbox runs only the tools that need nothing but their input files.
import { constants } from 'node:fs';
import { access, readdir } from 'node:fs/promises';
import { pid } from 'node:process';
import type {
  DeclaredTool,
  MachineTools,
  ToolOptions,
  ToolResult,
  ToolWord,
} from '../core/machine-daemons.ts';
import { MachineError } from '../core/machine-error.ts';
import { assertFilePath } from '../core/machine-values.ts';
import { environment } from './linux/environment.ts';
import { runWithErrors } from './linux/run.ts';

export interface ToolsOptions {
  /** The directory that replaces the machine's root directory: empty on Linux itself. */
  readonly root: string;
  readonly tools: readonly DeclaredTool[];
  readonly isSandbox: boolean;
}

export class Tools implements MachineTools {
  readonly #root: string;
  readonly #isSandbox: boolean;
  readonly #tools: ReadonlyMap<string, DeclaredTool>;
  readonly #installed = new Set<string>();

  constructor({ root, tools, isSandbox }: ToolsOptions) {
    for (const { name } of tools) {
      if (!/^[A-Za-z0-9][A-Za-z0-9._+-]*$/.test(name)) throw new TypeError('Invalid name of a tool.');
    }
    this.#root = root;
    this.#isSandbox = isSandbox;
    this.#tools = new Map(tools.map((tool) => [tool.name, tool]));
  }

  async has(name: string): Promise<boolean> {
    if (!this.#isRunHere(name)) return false;
    if (!this.#installed.has(name) && (await isInstalled(name))) this.#installed.add(name);
    return this.#installed.has(name);
  }

  async find(pattern: RegExp): Promise<string[]> {
    const own = await findBelow(this.#root, pattern);
    return own.length > 0 || !this.#isSandbox ? own : findBelow('', pattern);
  }

  async run(name: string, words: readonly ToolWord[], options: ToolOptions = {}): Promise<ToolResult> {
    if (!this.#isRunHere(name)) {
      throw new MachineError('failed', `“${name}” is not run in a sandbox.`);
    }
    const plain = words.map((word) => this.#plain(word));
    if (plain.some((word) => word.includes('\0'))) throw new TypeError('An argument cannot contain NUL.');
    const { inputFile, as, ...others } = options;
    const runOptions = {
      ...others,
      // A path that any process of this user can open, and that always means the file that is open here.
      ...(inputFile && { inputFile: `/proc/${pid}/fd/${inputFile.descriptor}` }),
      ...(as && !this.#isSandbox && { as: { uid: as.uid, gid: as.gid } }),
    };
    const files = words.flatMap((word) => (typeof word === 'string' ? [] : [`${this.#root}${word.path}`]));
    return runWithErrors(name, plain, runOptions, files);
  }

  #isRunHere(name: string): boolean {
    const tool = this.#tools.get(name);
    if (tool === undefined) throw new TypeError(`The tool “${name}” was not declared.`);
    return !this.#isSandbox || tool.worksInSandbox === true;
  }

  #plain(word: ToolWord): string {
    if (typeof word === 'string') return word;
    assertFilePath(word.path);
    return `${word.prefix ?? ''}${this.#root}${word.path}`;
  }
}

async function isInstalled(name: string): Promise<boolean> {
  for (const directory of environment.PATH.split(':')) {
    try {
      await access(`${directory}/${name}`, constants.X_OK);
      return true;
    } catch {
      // The next directory might contain it.
    }
  }
  return false;
}

async function findBelow(root: string, pattern: RegExp): Promise<string[]> {
  const found = new Set<string>();
  for (const directory of environment.PATH.split(':')) {
    const names = await readdir(`${root}${directory}`).catch(() => []);
    for (const name of names) if (pattern.test(name)) found.add(name);
  }
  return [...found].sort();
}
