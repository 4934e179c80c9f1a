// Tells mail programs the settings of a mailbox, without a login: they are the same for every address. The names
// autoconfig.DOMAIN and autodiscover.DOMAIN lead here.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import {
  addressInAutodiscover,
  ANY_ADDRESS,
  autoconfigOf,
  autodiscoverOf,
  isAddress,
  type Discovered,
} from '../capabilities/mail/rules/discovery.ts';
import { readTweakSetting } from '../capabilities/mail/rules/tweaks.ts';
import { areDiscovered } from '../capabilities/domains/rules/service-subdomains.ts';
import { rolesOf } from '../ground/rules/roles/active-profile.ts';
import { BadRequest, type Body } from './call.ts';
import type { Door } from './door.ts';
import { queryOf } from './request.ts';

const XML = 'application/xml; charset=utf-8';
/** Thunderbird asks for the second one at the domain itself, which may lead here. */
const AUTOCONFIG = ['/mail/config-v1.1.xml', '/.well-known/autoconfig/mail/config-v1.1.xml'];
/** Programs write these with any capital letters. */
const inAnyCase = (word: string) =>
  word.replace(/[a-z]/g, (letter) => `[${letter}${letter.toUpperCase()}]`).replace('.', '[.]');
const AUTODISCOVER = `/:folder(^${inAnyCase('autodiscover')}$)/:file(^${inAnyCase('autodiscover.xml')}$)`;
/** Bytes of a request. */
const MAX_REQUEST = 8192;

export function addMailDiscovery(server: FastifyInstance, door: Door): void {
  for (const path of AUTOCONFIG) {
    server.get(path, async (request, reply) => {
      const read = () => new URLSearchParams(queryOf(request)).get('emailaddress') ?? ANY_ADDRESS;
      return answer(door, reply, { read, render: autoconfigOf });
    });
  }
  server.post(
    AUTODISCOVER,
    { bodyLimit: MAX_REQUEST },
    async (request: FastifyRequest<{ Body?: Body }>, reply) => {
      const read = () => {
        const address = addressInAutodiscover(request.body?.text ?? '');
        if (address === undefined) throw new BadRequest('The body should be XML with an EMailAddress.');
        return address;
      };
      return answer(door, reply, { read, render: autodiscoverOf });
    },
  );
}

interface Asked {
  /** The address in the request. @throws BadRequest */
  readonly read: () => string;
  readonly render: (discovered: Discovered) => string;
}

async function answer(
  { application }: Door,
  reply: FastifyReply,
  { read, render }: Asked,
): Promise<FastifyReply> {
  const { system } = application.engine.machine;
  const first = await application.engine.store.transaction('reads', async (db) => {
    const isOn = (await areDiscovered(db)) && (await rolesOf({ db, system })).has('MailReceive');
    const value = isOn ? await readTweakSetting(db, 'autodiscover_mail_service') : undefined;
    return { value, keep: false };
  });
  // Before anything of the request is read.
  if (first === undefined) {
    reply.callNotFound();
    return reply;
  }
  const address = read();
  if (address !== ANY_ADDRESS && !isAddress(address)) {
    throw new BadRequest('The address should be that of a mailbox, such as sales@bob.example.');
  }
  const discovered = {
    address,
    hostname: system.hostname().toLowerCase(),
    first: first === 'pop3' ? 'pop3' : 'imap',
  } as const;
  return reply.type(XML).send(render(discovered));
}
