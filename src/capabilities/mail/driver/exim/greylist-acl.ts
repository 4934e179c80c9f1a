// The part of Exim’s rules that greylists: mail of an unknown sender is deferred, and accepted when the sender tries again.
// Exim keeps the triplets of network, sender and recipient in an SQLite file of its own. Settings are looked up at each
// recipient, so no change of them needs a reload.
import { DOMAINS, FOLDER } from './places.ts';

const GREYLIST = `${FOLDER}/greylist`;
const SETTINGS = `${GREYLIST}/settings`;
const setting = (name: string) => `\${lookup{${name}}lsearch{${SETTINGS}}{$value}{0}}`;

/** What the owner of the recipient’s domain wants: `off`, or empty. */
const OF_DOMAIN = `\${lookup{\${lc:$domain}}dsearch,filter=file{${DOMAINS}}{\${lookup{greylist}lsearch{${DOMAINS}/$value}}}}`;

/** Belongs to Exim, which writes the journal of SQLite next to it. */
export const TRIPLETS_FOLDER = '/var/lib/whmapi1-greylist';
export const TRIPLETS = `${TRIPLETS_FOLDER}/triplets.db`;

export const TRIPLETS_SCHEMA = `CREATE TABLE IF NOT EXISTS triplet (
  id INTEGER PRIMARY KEY,
  network TEXT NOT NULL,
  sender TEXT NOT NULL,
  recipient TEXT NOT NULL,
  address TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  blocked_until INTEGER NOT NULL,
  retry_until INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  deferred INTEGER NOT NULL,
  accepted INTEGER NOT NULL,
  UNIQUE (network, sender, recipient)
) STRICT;
CREATE INDEX IF NOT EXISTS triplet_by_expiry ON triplet (expires_at);`;

/** One network is one sender: large providers retry from another address of it. */
const NETWORK = '${mask:$sender_host_address/${if isip6{$sender_host_address}{64}{24}}}';
/** Exim doubles quotes in values of strangers. */
const text = (value: string) => `'\${quote_sqlite:${value}}'`;
const NOW = '$tod_epoch';
/** The sender came back too late, or was not seen for long: it begins again. */
const DEAD = `(expires_at <= ${NOW} OR (accepted = 0 AND retry_until <= ${NOW}))`;
const IS_ACCEPTED = `(accepted > 0 OR blocked_until <= ${NOW})`;
const begun = (column: string) =>
  `${column} = CASE WHEN ${DEAD} THEN excluded.${column} ELSE triplet.${column} END`;

/** Counts an attempt, and returns how often mail of the triplet was accepted, with this one. */
const COUNT =
  'INSERT INTO triplet (network, sender, recipient, address, created_at, blocked_until, retry_until, expires_at, deferred, accepted) ' +
  `VALUES (${text(NETWORK)}, ${text('${lc:$sender_address}')}, ${text('${lc:$local_part@$domain}')}, ${text('$sender_host_address')}, ` +
  `${NOW}, ${NOW} + ${setting('delay')}, ${NOW} + ${setting('retry')}, ${NOW} + ${setting('expiry')}, 1, 0) ` +
  'ON CONFLICT (network, sender, recipient) DO UPDATE SET address = excluded.address, ' +
  `${['created_at', 'blocked_until', 'retry_until'].map(begun).join(', ')}, ` +
  `expires_at = CASE WHEN ${DEAD} OR ${IS_ACCEPTED} THEN excluded.expires_at ELSE triplet.expires_at END, ` +
  `deferred = CASE WHEN ${DEAD} THEN 1 WHEN ${IS_ACCEPTED} THEN deferred ELSE deferred + 1 END, ` +
  `accepted = CASE WHEN ${DEAD} THEN 0 WHEN ${IS_ACCEPTED} THEN accepted + 1 ELSE 0 END ` +
  'RETURNING accepted';

/** The condition in the rules for recipients, behind what refuses them: mail of a known sender passes it. */
export const DEFER_UNKNOWN = `  defer acl = greylist
        message = 451 4.7.1 Greylisted: this server does not know the sender yet. Please try again later.
`;

/** “accept” means that the mail must wait. */
export const GREYLIST_ACL = `# Accepts what must wait.
greylist:
  deny  condition = \${if or{{!exists{${SETTINGS}}}{!exists{${TRIPLETS}}}}}
  deny  condition = \${if !eq{${setting('enabled')}}{1}}
  deny  condition = \${if eq{${OF_DOMAIN}}{off}}
  deny  hosts = net-iplsearch;${GREYLIST}/trusted
  deny  condition = \${if eq{${setting('spf')}}{1}}
        spf = pass
  warn  set acl_m_greylist = \${lookup sqlite,file=${TRIPLETS} {${COUNT}}{$value}{0}}
  deny  condition = \${if >{$acl_m_greylist}{0}}
  accept
`;
