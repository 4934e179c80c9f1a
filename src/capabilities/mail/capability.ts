import type { Db } from '../../core/context.ts';
import { defineCapability } from '../define.ts';
import { part } from './driver/account.ts';
import { role } from './driver/role.ts';
import { withDefaults } from './rules/default-address.ts';
import * as greylist from './rules/greylisting/state.ts';
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
  roles: [role],
  parts: [part],
  rows: [
    { table: 'mail_account' },
    { table: 'mail_domain' },
    { table: 'mailbox' },
    { table: 'mail_forwarder' },
    { table: 'mail_autoresponder' },
    { table: 'mail_filter' },
    { table: 'greylist_off_domain' },
  ],
  stored: {
    created: async (db, { account: { username, domain } }) =>
      store(db, username, NO_MAIL, await withDefaults(db, NO_MAIL, [domain])),
    async domainAdded(db, { username, domain: { domain } }) {
      const state = await readState(db, username);
      await store(db, username, state, await withDefaults(db, state, [domain]));
    },
    async domainRenamed(db, { username, from, to }) {
      const state = await readState(db, username);
      await store(db, username, state, renamedState(state, new Map([[from, to]])));
      await greylist.renameDomain(db, from, to);
    },
    async domainRemoved(db, { username, domain: { domain } }) {
      const state = await readState(db, username);
      await store(db, username, state, withoutDomains(state, new Set([domain])));
      await greylist.forgetDomain(db, domain);
    },
    renamed: (db, { from, to }) => trackedUsers.rename(db, from, to),
    removed: (db, { username }) => trackedUsers.forget(db, username),
  },
});

const store = (db: Db, username: string, before: MailState, after: MailState) =>
  storeChange(db, username, changeBetween(before, after));
