// The part of Exim’s rules that refuses mail from countries. Their networks are in an SQLite file that has no others, so
// the address of a client is one search in an index, and a change needs no reload.

export const COUNTRIES_FOLDER = '/var/lib/whmapi1-countries';
export const NETWORKS = `${COUNTRIES_FOLDER}/networks.db`;

/** Addresses are as in Exim’s `ipv6denorm`, which sorts: 0000:0000:0000:0000:0000:ffff:c000:0201. */
export const NETWORKS_SCHEMA = `CREATE TABLE IF NOT EXISTS network (
  first TEXT NOT NULL PRIMARY KEY,
  last TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS country (code TEXT NOT NULL PRIMARY KEY) STRICT, WITHOUT ROWID;`;

/** This server, and networks that belong to no country, because nobody reaches them through the Internet. */
const EXCEPTED = [
  ...[
    '@[]',
    '127.0.0.0/8',
    '10.0.0.0/8',
    '172.16.0.0/12',
    '192.168.0.0/16',
    '100.64.0.0/10',
    '169.254.0.0/16',
  ],
  ...['::1', 'fc00::/7', 'fe80::/10'],
];
const ADDRESS =
  '${ipv6denorm:${if isip4{$sender_host_address}{::ffff:$sender_host_address}{$sender_host_address}}}';
/** The network that begins last before the address, if it does not end before it. */
const FIND = `SELECT 1 FROM (SELECT last FROM network WHERE first <= '${ADDRESS}' ORDER BY first DESC LIMIT 1) WHERE last >= '${ADDRESS}'`;

export const REFUSE_COUNTRIES = `  deny  !authenticated = *
        !hosts = <; ${EXCEPTED.join(' ; ')}
        condition = \${if exists{${NETWORKS}}}
        condition = \${lookup sqlite,file=${NETWORKS} {${FIND}}{yes}{no}}
        message = 550 5.7.1 Mail from this country is refused.
`;
