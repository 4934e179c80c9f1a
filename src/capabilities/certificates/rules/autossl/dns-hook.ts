// Answers to challenges by DNS in zones that are elsewhere: a program of the administrator sets and removes the TXT records.
// It is called as lego calls a program (provider “exec”), or it is a file of functions for acme.sh (dns_NAME.sh).
import type { Db } from '../../../../core/context.ts';
import { badParam } from '../../../../core/errors.ts';
import { MachineError } from '../../../../core/machine-error.ts';
import type { Machine } from '../../../../core/machine.ts';
import type { MachineResolver } from '../../../../core/machine-resolver.ts';
import type { ScriptResult, ScriptUser } from '../../../../core/machine-scripts.ts';
import { quote } from '../../../../core/quote.ts';
import { recordOf, type DnsAnswer } from './dns-answers.ts';
import * as settings from './settings.ts';
import type { DnsHook } from './settings.ts';
import type { CheckContext } from './check-context.ts';

const basename = (path: string) => path.slice(path.lastIndexOf('/') + 1);
const folderOf = (path: string) => path.slice(0, path.lastIndexOf('/'));

const LIMIT_MS = 120_000;
const POLL_MS = 5_000;
/** How many addresses of a name a sentence shows. */
const MAX_SHOWN = 4;
const ACME_SH = /^(dns_\w{1,60})\.sh$/;
/**
 * Runs a function of a file for acme.sh, whose helpers are those of the acme.sh in the folder above, if it is there. A constant
 * text: what differs from call to call are arguments.
 */
const CALL_FUNCTION = `helpers=$1 file=$2 function=$3 record=$4 value=$5
set --
if [ -n "$helpers" ]; then
  LE_WORKING_DIR=\${helpers%/*}
  export LE_WORKING_DIR
  . "$helpers" >/dev/null
  _initpath
fi
. "$file"
"$function" "$record" "$value"`;

/** Undefined if there is none. */
export async function find(db: Db): Promise<DnsHook | undefined> {
  const hook = await settings.dnsHook(db);
  return hook.path === '' ? undefined : hook;
}

/**
 * Whoever adds a domain to an account has proved nothing, and the program can change zones of others. So it is used only for
 * names that point to this server, as validations by HTTP require, and for domains that root has listed. Where the own
 * nameserver answers the lookups, an account decides where a name points whose zone it has here.
 * @param hasZone true if a zone of this server contains the name.
 * @returns why it is not used for the name, as a sentence.
 */
export async function findRefusal(
  { machine, ownAddresses, randomBytes }: Pick<CheckContext, 'machine' | 'ownAddresses' | 'randomBytes'>,
  { domains }: Pick<DnsHook, 'domains'>,
  { name, hasZone }: { readonly name: string; readonly hasZone: boolean },
): Promise<string | undefined> {
  const base = name.replace(/^\*\./, '');
  if (domains.some((domain) => base === domain || base.endsWith(`.${domain}`))) return undefined;
  const resolver = await machine.resolver();
  const isOwn = (server: string) => ['127.0.0.1', '::1'].includes(server) || ownAddresses.has(server);
  if (hasZone && resolver.servers().some(isOwn)) {
    return 'It is not validated by DNS, because this server’s own nameserver answers where it points (/etc/resolv.conf), and root has not listed its domain.';
  }
  // A name that nobody has set shows where a wildcard points.
  const asked = base === name ? name : `${Buffer.from(await randomBytes(8)).toString('hex')}.${base}`;
  const addresses = [
    ...(await resolver.ipv4(asked).catch(orNothing)),
    ...(await resolver.ipv6(asked).catch(orNothing)),
  ];
  if (addresses.length > 0 && addresses.every((address) => ownAddresses.has(address))) return undefined;
  const found = addresses.length === 0 ? '' : ` (it has ${addresses.slice(0, MAX_SHOWN).join(', ')})`;
  return `It is not validated by DNS, because it does not point to this server${found}, and root has not listed its domain.`;
}

/** @throws ApiError `bad_param` if somebody else could change the program, or the user is not one that may run it. */
export async function assertUsable(
  machine: Pick<Machine, 'scripts' | 'users'>,
  { path, user }: Pick<DnsHook, 'path' | 'user'>,
  isAccount: (username: string) => Promise<boolean>,
): Promise<void> {
  try {
    await (await machine.scripts()).assertSafe(path);
  } catch (error) {
    if (error instanceof MachineError) throw badParam(`The DNS hook cannot be used. ${error.message}`);
    throw error;
  }
  // An account could read what its own processes know of the provider.
  if (await isAccount(user)) throw badParam(`The user ${quote(user)} of the DNS hook is an account.`);
  if ((await (await machine.users()).find(user)) === undefined) {
    throw badParam(`The user ${quote(user)} of the DNS hook does not exist.`);
  }
}

type Action = 'present' | 'cleanup';

/** The calls of one order. */
export class DnsHookCalls {
  readonly #context: CheckContext;
  readonly #hook: DnsHook;
  readonly #username: string;
  readonly #begun: DnsAnswer[] = [];

  constructor(context: CheckContext, hook: DnsHook, username: string) {
    this.#context = context;
    this.#hook = hook;
    this.#username = username;
  }

  /**
   * Sets the records, and waits until all nameservers of their zones have them.
   * @returns why that did not succeed, by name.
   */
  async put(answers: readonly DnsAnswer[]): Promise<ReadonlyMap<string, string>> {
    const failed = new Map<string, string>();
    for (const answer of answers) {
      this.#context.signal.throwIfAborted();
      this.#begun.push(answer);
      const problem = await this.#run('present', answer);
      if (problem !== undefined)
        failed.set(answer.name, `The program that sets its DNS records failed: ${problem}`);
    }
    if (failed.size > 0) return failed;
    for (const answer of answers) {
      const problem = await this.#wait(answer);
      if (problem !== undefined) failed.set(answer.name, problem);
    }
    return failed;
  }

  /** Removes all records that `put` has begun to set. */
  async remove(): Promise<void> {
    for (const answer of this.#begun.splice(0)) {
      const problem = await this.#run('cleanup', answer);
      if (problem === undefined) continue;
      const text = `${recordOf(answer.name)}: the record could not be removed. Remove it at its provider. ${problem}`;
      this.#context.log('warn', 2, text);
    }
  }

  /** @returns why it failed, for the account. What the program prints can have secrets, and is for the log of root. */
  async #run(action: Action, answer: DnsAnswer): Promise<string | undefined> {
    const { machine, log } = this.#context;
    const { user: name } = this.#hook;
    const user = await (await machine.users()).find(name);
    if (user === undefined) return `its user ${quote(name)} does not exist.`;
    let result: ScriptResult;
    try {
      result = await this.#start(action, answer, user);
    } catch (error) {
      if (!(error instanceof MachineError)) throw error;
      log('failure', 2, error.message);
      return 'it cannot be run safely.';
    }
    const { status, endedBecause, stdout, stderr } = result;
    if (status === 0 && endedBecause === undefined) return undefined;
    const output = (stderr.trim() || stdout.trim()).split('\n').at(-1) ?? '';
    log(
      'failure',
      2,
      `${basename(this.#hook.path)} ${action} ${recordOf(answer.name)}: ${output.slice(0, 300)}`,
    );
    return endedBecause === undefined
      ? `its exit status is ${status ?? 'that of a signal'}.`
      : `it ${endedBecause} and was ended.`;
  }

  async #start(action: Action, { name, answer }: DnsAnswer, as: ScriptUser): Promise<ScriptResult> {
    const scripts = await this.#context.machine.scripts();
    const { path } = this.#hook;
    const record = recordOf(name);
    const options = { input: '', limitMs: LIMIT_MS, as, variables: { WHMAPI1_USER: this.#username } };
    const [, prefix] = ACME_SH.exec(basename(path)) ?? [];
    if (prefix === undefined) return scripts.run([path, action, `${record}.`, answer], options);
    await scripts.assertSafe(path);
    const helpers = `${folderOf(folderOf(path))}/acme.sh`;
    const hasHelpers = await scripts.assertSafe(helpers).then(
      () => true,
      () => false,
    );
    const words = [
      hasHelpers ? helpers : '',
      path,
      `${prefix}_${action === 'present' ? 'add' : 'rm'}`,
      record,
    ];
    return scripts.run(['/bin/sh', '-c', CALL_FUNCTION, 'sh', ...words, answer], options);
  }

  async #wait({ name, answer }: DnsAnswer): Promise<string | undefined> {
    const { machine, pause, signal, now } = this.#context;
    const resolver = await machine.resolver();
    const end = now() + this.#hook.waitSeconds * 1000;
    // The clock of a test can stand still.
    for (let tries = this.#hook.waitSeconds * 1000; ; tries -= POLL_MS) {
      const missing = await serversWithout(resolver, recordOf(name), answer);
      if (missing.length === 0) return undefined;
      if (tries <= 0 || now() >= end) {
        return `The nameserver ${missing.join(', ')} did not have its record after ${this.#hook.waitSeconds} seconds.`;
      }
      await pause(POLL_MS, signal);
    }
  }
}

const MAX_ALIASES = 8;

/** The nameservers of the record’s zone that do not have the text. A server that does not answer is one of them. */
export async function serversWithout(
  resolver: MachineResolver,
  record: string,
  text: string,
): Promise<readonly string[]> {
  let at = record;
  for (let count = 0; count < MAX_ALIASES; count++) {
    const [alias] = await resolver.aliases(at).catch(orNothing);
    if (alias === undefined) break;
    at = alias.toLowerCase();
  }
  const servers = await serversOf(resolver, at);
  if (servers.size === 0) {
    const found = await resolver.texts(record).catch(orNothing);
    return found.includes(text) ? [] : ['of this server'];
  }
  const missing: string[] = [];
  for (const [name, addresses] of servers) {
    const found = await resolver.textsFrom(addresses, at).catch(orNothing);
    if (!found.includes(text)) missing.push(name);
  }
  return missing;
}

/** Each server of the closest zone, with its addresses. */
async function serversOf(
  resolver: MachineResolver,
  name: string,
): Promise<ReadonlyMap<string, readonly string[]>> {
  for (let at = name; at.includes('.'); at = at.slice(at.indexOf('.') + 1)) {
    const names = await resolver.nameservers(at).catch(orNothing);
    if (names.length === 0) continue;
    const found = new Map<string, readonly string[]>();
    for (const server of names) {
      const addresses = [
        ...(await resolver.ipv4(server).catch(orNothing)),
        ...(await resolver.ipv6(server).catch(orNothing)),
      ];
      if (addresses.length > 0) found.set(server, addresses);
    }
    return found;
  }
  return new Map();
}

function orNothing(error: unknown): string[] {
  if (error instanceof MachineError) return [];
  throw error;
}
