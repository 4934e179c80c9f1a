// What mail programs ask for to set up a mailbox by its address: Thunderbird’s autoconfig and Microsoft’s autodiscover.
import { create } from 'xmlbuilder2';
import { IMAP_PORT, POP3_PORT, SMTP_PORT } from './client-settings.ts';

export interface Discovered {
  /** The login. */
  readonly address: string;
  readonly hostname: string;
  /** Which of IMAP and POP3 comes first. */
  readonly first: 'imap' | 'pop3';
}

/** Stands for the address in Thunderbird’s form, if it did not send one. */
export const ANY_ADDRESS = '%EMAILADDRESS%';

/** Only characters that XML needs not to escape: “&” and “'” are not in addresses of mailboxes here. */
const ADDRESS = /^[a-z0-9._+-]{1,64}@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}$/i;

/** True for what can be the address of a mailbox of this server. */
export const isAddress = (text: string): boolean => text.length <= 254 && ADDRESS.test(text);

const incoming = (first: Discovered['first']) => {
  const both = [
    { type: 'imap', port: IMAP_PORT },
    { type: 'pop3', port: POP3_PORT },
  ];
  return first === 'imap' ? both : both.reverse();
};

/** Thunderbird’s form, version 1.1. */
export function autoconfigOf({ address, hostname, first }: Discovered): string {
  const domain = address.includes('@') ? address.slice(address.lastIndexOf('@') + 1) : hostname;
  const servers = [
    ...incoming(first).map((server) => ({ ...server, element: 'incomingServer' })),
    { element: 'outgoingServer', type: 'smtp', port: SMTP_PORT },
  ];
  const document = create({ version: '1.0', encoding: 'UTF-8' });
  const provider = document.ele('clientConfig', { version: '1.1' }).ele('emailProvider', { id: domain });
  for (const [name, text] of [
    ['domain', domain],
    ['displayName', domain],
    ['displayShortName', domain],
  ] as const) {
    provider.ele(name).txt(text);
  }
  for (const { element, type, port } of servers) {
    const server = provider.ele(element, { type });
    for (const [name, text] of [
      ['hostname', hostname],
      ['port', String(port)],
      ['socketType', 'SSL'],
      ['authentication', 'password-cleartext'],
      ['username', address],
    ] as const) {
      server.ele(name).txt(text);
    }
  }
  return document.end({ prettyPrint: true });
}

const RESPONSE = 'http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006';
const SETTINGS = 'http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a';

/** Microsoft’s form (“POX”). */
export function autodiscoverOf({ address, hostname, first }: Discovered): string {
  const document = create({ version: '1.0', encoding: 'UTF-8' });
  const account = document.ele(RESPONSE, 'Autodiscover').ele(SETTINGS, 'Response').ele('Account');
  account.ele('AccountType').txt('email');
  account.ele('Action').txt('settings');
  const protocols = [
    ...incoming(first).map(({ type, port }) => ({ type: type.toUpperCase(), port })),
    { type: 'SMTP', port: SMTP_PORT },
  ];
  for (const { type, port } of protocols) {
    const protocol = account.ele('Protocol');
    for (const [name, text] of [
      ['Type', type],
      ['Server', hostname],
      ['Port', String(port)],
      ['LoginName', address],
      ['DomainRequired', 'off'],
      ['SPA', 'off'],
      ['SSL', 'on'],
      ['Encryption', 'SSL'],
      ['AuthRequired', 'on'],
      ...(type === 'SMTP' ? [['UsePOPAuth', 'off'] as const] : []),
    ] as const) {
      protocol.ele(name).txt(text);
    }
  }
  return document.end({ prettyPrint: true });
}

/** The most tags and attributes that are read: the library’s time grows with their square. Outlook sends ten. */
const MAX_MARKUP = 64;

/** The address in a request of autodiscover. @returns undefined if it is not XML, or has no address. */
export function addressInAutodiscover(xml: string): string | undefined {
  // The library reads JSON too. Entities could make a small text large.
  if (!xml.trimStart().startsWith('<') || xml.includes('<!')) return undefined;
  if ((xml.match(/[<=]/g)?.length ?? 0) > MAX_MARKUP) return undefined;
  let address: string | undefined;
  try {
    create(xml).each(
      (node) => {
        if (node.node.nodeName.replace(/^.*:/, '') === 'EMailAddress')
          address ??= node.node.textContent?.trim();
      },
      false,
      true,
    );
  } catch {
    return undefined;
  }
  return address;
}
