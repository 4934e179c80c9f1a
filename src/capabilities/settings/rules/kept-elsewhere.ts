// Tweak settings whose values are stored by other models or by the machine. They are read and set there.
import type { Context } from '../../../core/context.ts';
import * as contactSecrets from '../../notify/rules/secrets.ts';
import * as nameservers from '../../domains/rules/nameservers.ts';
import { minimumOf, setMinimum, type Application } from '../../../ground/rules/passwords/minimums.ts';

/** Where the values are stored. */
export type Sources = Pick<Context, 'db' | 'system' | 'sealer'>;
/** The sealer is absent when a file is restored, which never has secrets. */
export type Sinks = Pick<Context, 'db'> & Partial<Pick<Context, 'sealer'>>;

interface Home {
  readonly read: (sources: Sources) => Promise<string> | string;
  /** An empty value resets the setting. A text instead of a function says how to set it. */
  readonly write: ((sinks: Sinks, value: string) => Promise<void>) | string;
}

const minimum = (application: Application): Home => ({
  read: async ({ db }) => String(await minimumOf(db, application)),
  write: ({ db }, value) => setMinimum(db, application, value === '' ? undefined : Number(value)),
});

const nameserver = (position: number): Home => ({
  read: ({ db }) => nameservers.at(db, position),
  write: ({ db }, value) =>
    nameservers.update(db, [...Array<undefined>(position - 1).fill(undefined), value.toLowerCase()]),
});

const contact = (name: contactSecrets.SecretName): Home => ({
  read: (sources) => contactSecrets.read(sources, name),
  write: ({ db, sealer }, value) => {
    if (sealer === undefined) throw new TypeError(`${name} needs the sealer.`);
    return contactSecrets.write({ db, sealer }, name, value);
  },
});

/** The settings by key. */
export const keptElsewhere: Readonly<Record<string, Home>> = {
  minpwstrength: minimum('default'),
  minpwstrength_createacct: minimum('createacct'),
  minpwstrength_passwd: minimum('passwd'),
  minpwstrength_ftp: minimum('ftp'),
  minpwstrength_list: minimum('list'),
  minpwstrength_mysql: minimum('mysql'),
  minpwstrength_postgres: minimum('postgres'),
  minpwstrength_sshkey: minimum('sshkey'),
  minpwstrength_virtual: minimum('virtual'),
  NS: nameserver(1),
  NS2: nameserver(2),
  NS3: nameserver(3),
  NS4: nameserver(4),
  CONTACTPOSTURL: contact('CONTACTPOSTURL'),
  CONTACTPUSHBULLET: contact('CONTACTPUSHBULLET'),
  HOST: { read: ({ system }) => system.hostname(), write: 'Use sethostname.' },
  ADDR: {
    read: ({ system }) => system.addresses()[0],
    write: 'It is the first address of the network interface, which the system’s network configuration sets.',
  },
};
