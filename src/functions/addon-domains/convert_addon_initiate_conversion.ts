import { assertNoMail, mailToMove } from '../../capabilities/mail/rules/moved-mail.ts';
import {
  handOver,
  lookForHandOver,
  tellAboutHandOver,
} from '../../capabilities/databases/plans/databases/hand-over.ts';
import { lookForStaying, tellAboutStaying } from '../../capabilities/databases/plans/databases/postgresql.ts';
import { convertAddon, copiedIn, copiedMailIn } from '../../life/plans/convert-addon.ts';
import { badParam } from '../../core/errors.ts';
import { defineFunction, type FamilyArgument } from '../../core/define.ts';
import { look as lookAtParts } from '../../life/driver/account-parts.ts';
import { lookForDomains } from '../../life/driver/hosted-domains/look-hosted-domains.ts';
import { accountName, existingDomain, findMachineNames } from '../../ground/rules/accounts/names.ts';
import * as newAccount from '../../life/rules/new-account.ts';
import type { WantedHandOver } from '../../capabilities/databases/rules/hand-over.ts';
import { objectName } from '../../capabilities/databases/rules/names.ts';
import { zonesToLookFor } from '../../capabilities/dns/rules/domain-zones.ts';
import { without } from '../../life/rules/domains/changes.ts';
import { assertNone, CONVERSION, getAddon } from '../../capabilities/domains/rules/conversions.ts';
import { settingsOfHost } from '../../capabilities/php/rules/served-by.ts';
import { find } from '../../capabilities/domains/rules/hosted-domains.ts';
import { existingPackage } from '../../capabilities/accounts/rules/packages/packages.ts';

/** The name of a database or user. Its owner is checked when the call knows the account. */
const name = { type: 'string', maxLength: objectName.maxLength } as const;

export default defineFunction({
  name: 'convert_addon_initiate_conversion',
  since: 56,
  summary: 'Start to convert an addon domain to a separate account.',
  description:
    'The conversion is a task: convert_addon_fetch_conversion_details and “whmapi1 --wait ID” follow it. The new account ' +
    'has the owner of the present account. Its document root becomes a copy of the website’s files, and the originals ' +
    'stay. Symbolic links within the document root are copied, and absolute ones lead to the copy. Links that lead out ' +
    'of it are left out and reported. Other calls can change the present account during most of the copying. The DNS ' +
    'zone moves with its records, and the website keeps its PHP version. The website has a self-signed certificate until ' +
    'AutoSSL replaces it. MariaDB databases and users that are named move with their names, passwords and privileges, so ' +
    'that the website’s settings still fit. A user who moves loses its privileges on databases that stay, and the other ' +
    'way round. A copy of a database has no users, and the website’s own settings are never changed. Other databases ' +
    'stay with the present account, and still work for the website. So do all databases and users of PostgreSQL, for which ' +
    'WHM has no parameters; a warning names them. To move the database bob_shop and its user bob_app to the account “new”, ' +
    'rename them in psql as root, and then let the user act as the owner of the database again: ALTER DATABASE bob_shop ' +
    'RENAME TO new_shop; ALTER ROLE "bob_shop owner" RENAME TO "new_shop owner"; ALTER ROLE bob_app RENAME TO new_app; ' +
    'and uapi --user=new Postgresql update_privileges. The website’s settings then need the new names. The ' +
    'domain’s mailboxes move with their passwords, mail and scripts, and so do its forwarders, automatic replies, filters, ' +
    'default address and mailing lists. The former account’s copy of the mail stays in its home. Mail that arrives during ' +
    'the conversion is delivered after it. Filters for all mailboxes of the former account do not move. If any step fails, all earlier steps are undone.',
  access: 'root',
  effect: 'operates',
  role: 'WebServer',
  params: {
    domain: {
      ...existingDomain,
      required: true,
      doc: 'The addon domain, which becomes the new account’s main domain.',
    },
    username: { ...accountName, required: true, doc: 'The new account’s username.' },
    pkgname: { ...existingPackage, default: 'default', doc: 'The new account’s package.' },
    wait: {
      type: 'flag',
      default: 0,
      doc: 'Whether to convert the domain during this call, instead of in a task.',
      extension: true,
    },
    movemysqldb: {
      ...name,
      list: true,
      doc:
        'A MySQL database that moves to the new account; without it, none moves. Repeat it, or number it: ' +
        'movemysqldb-1, movemysqldb-2.',
    },
    movemysqluser: {
      ...name,
      list: true,
      doc:
        'A MySQL user that moves to the new account; without it, none moves. Repeat it, or number it: ' +
        'movemysqluser-1, movemysqluser-2.',
    },
    'copymysqldb-*': {
      ...name,
      doc:
        'Copies a MySQL database to the new account: copymysqldb-OLD=NEW copies OLD under the name NEW. Without it, ' +
        'none is copied.',
    },
  },
  returns: null,
  examples: [
    {
      args: { domain: 'shop.example', username: 'shop' },
      doc: 'Convert shop.example to the account “shop”.',
      fails: 'not_found',
    },
  ],

  async look(args, context) {
    const { domain, username } = args;
    const hosted = await context.transaction('reads', (db) => find(db, domain));
    const servedBy = hosted?.servedBy;
    const names = typeof servedBy === 'string' ? [domain, servedBy] : [domain];
    return {
      ofMachine: await findMachineNames(context.machine, [username]),
      domains: await lookForDomains(context, { zones: names.flatMap(zonesToLookFor) }),
      parts: await lookAtParts(context, { domain }),
      databases: hosted && (await lookForHandOver(context, hosted.username, wantedIn(args))),
      staying: hosted && (await lookForStaying(context, hosted.username)),
    };
  },

  async handler(args, context, { ofMachine, domains: found, parts, databases: foundDatabases, staying }) {
    const { domain, username, pkgname, wait } = args;
    const wanted = wantedIn(args);
    const { db, caller, inform, warn, startTask } = context;
    const { account: source, documentRoot, subdomain } = await getAddon(db, caller, domain);
    if (source.suspendedAt !== null) {
      throw badParam(`The account “${source.username}” is suspended. Unsuspend it with unsuspendacct first.`);
    }
    await assertNoMail(db, source.username, subdomain.domain);
    const domains = await without(context, source, domain);
    const isOwn = source.owner === source.username;
    const account = await newAccount.plan(
      context,
      {
        ...{ username, domain, owner: isOwn ? 'root' : source.owner, package: pkgname, settings: {} },
        ...{ contactEmail: source.contactEmail, mailboxFormat: source.mailboxFormat },
        ...{ address: undefined, home: undefined, uid: undefined, takesDomain: true },
      },
      ofMachine,
    );
    const mail = await mailToMove(db, source, account.account, domain);
    const given = { wanted, found: foundDatabases };
    const databases = await handOver(context, source.username, account.account, given);
    await tellAboutStaying(context, source.username, staying);
    if (!wait) {
      await assertNone(db, domain, username);
      const input = { domain, username, source: source.username, package: pkgname, databases: wanted };
      await startTask(CONVERSION, input);
      return;
    }
    const php = await settingsOfHost(db, source, subdomain.domain, { username, servername: domain });
    const conversion = { domains, account, documentRoot, php, databases, mail };
    const plan = await convertAddon(context, conversion, { domains: found, parts });
    context.plan(plan, (results) => {
      const { files, bytes, links, rewritten, leftOut, leftOutCount } = copiedIn(results);
      const counted = (count: number, what: string) =>
        `${count} ${what}${count === 1 ? '' : what.endsWith('x') ? 'es' : 's'}`;
      inform(`Copied: ${counted(files, 'file')}, ${bytes} bytes, ${counted(links, 'symbolic link')}.`);
      if (rewritten.length > 0) inform(`Absolute links that now lead to the copy: ${rewritten.join(', ')}.`);
      if (leftOutCount > 0) warn(`Not copied: ${leftOutCount}, for example ${leftOut.join(', ')}.`);
      const ofMail = copiedMailIn(results);
      if (ofMail !== undefined) {
        inform(
          `Moved: ${counted(mail.folders.length, 'mailbox')}, ${counted(ofMail.files, 'file')}, ${ofMail.bytes} bytes. ` +
            `The former copy is in “${source.home}/mail”.`,
        );
        if (ofMail.leftOutCount > 0)
          warn(`Mail not copied: ${ofMail.leftOutCount} files, for example ${ofMail.leftOut.join(', ')}.`);
      }
      tellAboutHandOver(context, wanted, results);
      return undefined;
    });
    const others = databases === undefined ? 'Databases' : 'Other databases';
    inform(`${others} were not moved. They stay with “${source.username}”, and still work for the website.`);
    inform('Nobody can log in to the account until passwd sets a password.');
  },
});

interface Given {
  readonly movemysqldb: readonly string[];
  readonly movemysqluser: readonly string[];
  readonly 'copymysqldb-*': readonly FamilyArgument[];
}

function wantedIn({ movemysqldb, movemysqluser, 'copymysqldb-*': copies }: Given): WantedHandOver {
  return {
    databases: [...new Set(movemysqldb)],
    users: [...new Set(movemysqluser)],
    copies: copies.map(({ name: from, value: to }) => ({ from, to })),
  };
}
