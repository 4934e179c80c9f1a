import type { Db } from '../../core/context.ts';
import { defineCapability } from '../define.ts';
import { parts } from './driver/account-parts.ts';
import { certificateFile } from './driver/exim/places.ts';
import { role } from './driver/role.ts';
import { listsRole } from './driver/mailman/role.ts';
import { spamRole } from './driver/spamassassin/role.ts';
import * as dkimKeys from './rules/authentication/dkim-keys.ts';
import { publishSoon } from './rules/authentication/request.ts';
import { withDefaults } from './rules/default-address.ts';
import { changeRequested, withEnabled, withRequested } from './rules/spam/of-account.ts';
import { newMail } from './rules/new-mail.ts';
import {
  changeBetween,
  NO_MAIL,
  readState,
  renamedState,
  storeChange,
  withoutDomains,
  type MailState,
} from './rules/state.ts';
import * as trackedUsers from './rules/tracking/users.ts';

export default defineCapability({
  name: 'mail',
  roles: [role, spamRole, listsRole],
  parts,
  certificateFiles: [certificateFile],
  rows: [
    { table: 'mail_account' },
    { table: 'mail_domain' },
    { table: 'mailbox' },
    { table: 'mail_forwarder' },
    { table: 'mail_autoresponder' },
    { table: 'mail_filter' },
    { table: 'greylist_off_domain' },
    { table: 'mail_redirect' },
    { table: 'mail_spam' },
    { table: 'mailing_list' },
    { table: 'dkim_key' },
  ],
  stored: {
    async created(db, { account: { username, domain }, mailRouting }, { results, now }) {
      const state = withRequested(await newMail(db, domain, mailRouting), results);
      await store(db, username, NO_MAIL, state);
      await dkimKeys.saveNew(db, results);
      await publishSoon(db, results, now);
    },
    async domainAdded(db, { username, domain: { domain } }) {
      const state = await readState(db, username);
      await store(db, username, state, await withDefaults(db, state, [domain]));
    },
    async domainRenamed(db, { username, from, to }, { sealer }) {
      await dkimKeys.rename({ db, sealer }, from, to);
      const state = await readState(db, username);
      await store(db, username, state, renamedState(state, new Map([[from, to]])));
    },
    async domainRemoved(db, { username, domain: { domain } }) {
      await dkimKeys.forget(db, domain);
      const state = await readState(db, username);
      await store(db, username, state, withoutDomains(state, new Set([domain])));
    },
    domainsChanged: (db, _changed, { results, now }) => publishSoon(db, results, now),
    async changed(db, { after: { username } }, { results }) {
      const enabled = changeRequested(results);
      if (enabled === undefined) return;
      const state = await readState(db, username);
      await store(db, username, state, withEnabled(state, enabled));
    },
    renamed: (db, { from, to }) => trackedUsers.rename(db, from, to),
    removed: (db, { username }) => trackedUsers.forget(db, username),
  },
});

const store = (db: Db, username: string, before: MailState, after: MailState) =>
  storeChange(db, username, changeBetween(before, after));
