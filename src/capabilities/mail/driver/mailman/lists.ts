// Creates, changes and removes lists by Mailman’s REST API. A sandbox has no Mailman: nothing is done there.
import { MachineError } from '../../../../core/machine-error.ts';
import type { DriverMachine } from '../../../../ground/driver/step.ts';
import { ownerAddress, postingAddress } from '../../rules/lists/addresses.ts';
import type { MailingList } from '../../rules/state.ts';
import { restSecretIn } from './configuration.ts';
import { CONFIGURATION, DIRECTORIES, LMTP_PORT, REST_PORT } from './places.ts';

type Port = Pick<DriverMachine, 'files' | 'tools' | 'services'>;
type Name = Pick<MailingList, 'localPart' | 'domain'>;
type Fields = Readonly<Record<string, string>>;

/** In KiB. Larger messages wait for the owner. */
const MAX_MESSAGE = 10_240;
const NOT_FOUND = 404;

/** Mailman may just be starting. */
const PATIENCE = ['--retry-connrefused', '--retry-delay', '1', '--max-time', '30', '--retry'];
const SECONDS = '20';
const SECONDS_AFTER_START = '180';
const LIMIT_MS = 240_000;
const QUIET = ['--silent', '--show-error', '--noproxy', '*'];

/** The password goes by standard input: everybody can read the arguments of a process. */
async function request(
  machine: Port,
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
  path: string,
  fields?: Fields,
): Promise<{ readonly status: number; readonly body: string }> {
  const secret = restSecretIn((await (await machine.files(DIRECTORIES)).readText(CONFIGURATION)) ?? '');
  if (secret === undefined)
    throw new MachineError('failed', `Mailman is not configured: “${CONFIGURATION}” is missing.`);
  const lines = [
    `url = "http://127.0.0.1:${REST_PORT}/3.1/${path}"`,
    `request = ${method}`,
    `user = "whmapi1:${secret}"`,
    // In this form, no character has a meaning for curl.
    ...(fields === undefined ? [] : [`data = "${new URLSearchParams(fields).toString()}"`]),
    'write-out = "\\n%{http_code}"',
  ];
  const tools = await machine.tools([{ name: 'curl' }]);
  const words = [...QUIET, ...PATIENCE, SECONDS, '--config', '-'];
  const { stdout } = await tools.run('curl', words, { input: `${lines.join('\n')}\n` });
  const at = stdout.lastIndexOf('\n');
  return { status: Number(stdout.slice(at + 1)), body: stdout.slice(0, at) };
}

/** @throws MachineError `failed` with Mailman’s own message. */
async function must(
  machine: Port,
  method: 'POST' | 'PATCH' | 'DELETE',
  path: string,
  fields?: Fields,
  accepted?: number,
): Promise<void> {
  const { status, body } = await request(machine, method, path, fields);
  if ((status >= 200 && status < 300) || status === accepted) return;
  throw new MachineError('failed', `Mailman refused: ${body.slice(0, 300)} (${status})`);
}

/**
 * Waits until Mailman has started: systemd does not know when it listens. Exim would defer the first messages.
 * @throws MachineError `failed` after three minutes.
 */
export async function started(machine: Port): Promise<void> {
  if (!(await hasMailman(machine))) return;
  const tools = await machine.tools([{ name: 'curl' }]);
  for (const [port, input] of [
    [REST_PORT, 'GET / HTTP/1.0\r\n\r\n'],
    [LMTP_PORT, 'QUIT\r\n'],
  ] as const) {
    const words = [...QUIET, ...PATIENCE, SECONDS_AFTER_START, `telnet://127.0.0.1:${port}`];
    await tools.run('curl', words, { input, limitMs: LIMIT_MS });
  }
}

const hasMailman = async ({ services }: Port) => (await services()).isSupported;

export async function exists(machine: Port, list: Name): Promise<boolean> {
  if (!(await hasMailman(machine))) return false;
  const { status, body } = await request(machine, 'GET', `lists/${postingAddress(list)}`);
  if (status === NOT_FOUND) return false;
  if (status === 200) return true;
  throw new MachineError('failed', `Mailman refused: ${body.slice(0, 300)} (${status})`);
}

/** Can be repeated. @param password approves messages. Undefined: none does. */
export async function create(machine: Port, list: MailingList, password?: string): Promise<void> {
  if (!(await hasMailman(machine))) return;
  if (!(await exists(machine, list))) {
    if ((await request(machine, 'GET', `domains/${list.domain}`)).status === NOT_FOUND)
      await must(machine, 'POST', 'domains', { mail_host: list.domain });
    await must(machine, 'POST', 'lists', {
      fqdn_listname: postingAddress(list),
      style_name: 'private-default',
    });
  }
  const owner = {
    list_id: `${list.localPart}.${list.domain}`,
    subscriber: ownerAddress(list),
    ...{ role: 'owner', pre_verified: 'true', pre_confirmed: 'true', pre_approved: 'true' },
  };
  const present = `lists/${postingAddress(list)}/owner/${ownerAddress(list)}`;
  if ((await request(machine, 'GET', present)).status === NOT_FOUND)
    await must(machine, 'POST', 'members', owner);
  await must(machine, 'PATCH', `lists/${postingAddress(list)}/config`, {
    ...{ archive_policy: 'never', digests_enabled: 'false' },
    // A stranger’s message waits for the owner, and the stranger, who may have a false address, gets no answer.
    ...{ default_nonmember_action: 'hold', respond_to_post_requests: 'false' },
    max_message_size: String(MAX_MESSAGE),
    // The list is the sender of its mail: the policies (DMARC) of its members’ domains would refuse another.
    ...{ dmarc_mitigate_action: 'munge_from', dmarc_mitigate_unconditionally: 'true' },
  });
  await configure(machine, list);
  if (password !== undefined) await setPassword(machine, list, password);
}

const POLICIES = { 1: 'confirm', 2: 'moderate', 3: 'confirm_then_moderate' } as const;

/** Can be repeated. */
export async function configure(
  machine: Port,
  { advertised, subscribePolicy, ...list }: MailingList,
): Promise<void> {
  if (!(await hasMailman(machine))) return;
  await must(machine, 'PATCH', `lists/${postingAddress(list)}/config`, {
    advertised: String(advertised),
    subscription_policy: POLICIES[subscribePolicy],
  });
}

export async function setPassword(machine: Port, list: Name, password: string): Promise<void> {
  if (!(await hasMailman(machine))) return;
  await must(machine, 'PATCH', `lists/${postingAddress(list)}/config`, { moderator_password: password });
}

/** With its members. Can be repeated. */
export async function remove(machine: Port, list: Name): Promise<void> {
  if (!(await hasMailman(machine))) return;
  await must(machine, 'DELETE', `lists/${postingAddress(list)}`, undefined, NOT_FOUND);
}
