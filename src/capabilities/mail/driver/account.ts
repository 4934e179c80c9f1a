// The mail of an account on the machine: what Exim and Dovecot know of it. The mail itself is in its home.
import type { PlannedStep } from '../../../core/plan.ts';
import tryStep from '../../../ground/driver/daemons/steps/try.ts';
import { partParams, type AccountPart, type PartDependencies } from '../../accounts/driver/account-part.ts';
import type { Account } from '../../accounts/rules/accounts.ts';
import { listOf, type HostedDomain } from '../../domains/rules/hosted-domains.ts';
import { renamed, renamesOf } from '../../domains/rules/renamed-domains.ts';
import { withDefaults } from '../rules/default-address.ts';
import { changesBetween, desiredMail, domainsOf, NOTHING, type DesiredMail } from '../rules/desired.ts';
import { withMoved } from '../rules/moved-mail.ts';
import { newMail } from '../rules/new-mail.ts';
import { readState, renamedState, withoutDomains, type MailDomain, type MailState } from '../rules/state.ts';
import changeIdentities from './dovecot/steps/change-identities.ts';
import endSessions from './dovecot/steps/end-sessions.ts';
import { queuesOfRemoved, waitingQueues } from './exim/held-queues.ts';
import changeFiles from './exim/steps/change-files.ts';
import moveQueues from './exim/steps/move-queues.ts';
import removeQueued from './exim/steps/remove-queued.ts';
import removeQueues from './exim/steps/remove-queues.ts';
import { withEnabled } from '../rules/spam/of-account.ts';
import { withWishes } from './spamassassin/account.ts';
import writeFile from './mailboxes/steps/write-file.ts';

declare module '../../accounts/driver/account-part.ts' {
  interface PartWishes {
    /** Where the mail of a new account’s domain is kept. */
    readonly mxcheck?: MailDomain['routing'];
    /** The mail of a new account’s domain, if another account had it. */
    readonly movedMail?: MailState;
    /** A domain that leaves the account, and goes to another one with its mail. */
    readonly movedDomain?: string;
  }
  interface PartFacts {
    /** Where the mail of a new account’s domain is kept. Undefined: `auto`. */
    readonly mailRouting?: MailDomain['routing'] | undefined;
  }
}

export const ROLE = 'MailReceive';

export const part: AccountPart = {
  params: {
    created: partParams(
      {
        mxcheck: {
          type: 'string',
          values: ['local', 'secondary', 'remote', 'auto'],
          doc:
            'Where the mail of the domain is kept. local: here. remote: on another server. secondary: here until the server ' +
            'of its MX records accepts it. Default: auto, which is here, until MX records are changed with Email of UAPI.',
        },
      },
      ({ mxcheck }) => (mxcheck === undefined ? {} : { mxcheck }),
    ),
  },

  async created(context, { account }) {
    const { mxcheck, movedMail } = context.wishes;
    const facts = mxcheck === undefined ? {} : { mailRouting: mxcheck };
    if (!context.roles.has(ROLE)) return { steps: [], locks: [], facts };
    const created = withWishes(context, await newMail(context.db, account.domain, mxcheck));
    const state = withMoved(created, movedMail);
    const steps = stepsBetween(account.username, NOTHING, desiredMail(account, [], state));
    return { steps, locks: [], facts };
  },

  async changed(context, before, after) {
    if (!context.roles.has(ROLE)) return [];
    const { db } = context;
    const [hosted, state] = [await listOf(db, before.username), await readState(db, before.username)];
    const renames = renamesOf(before, after, hosted);
    const next = withEnabled(renamedState(state, renames), context.wishes.spamFilter);
    const had = desiredMail(before, hosted, state);
    const has = desiredMail(after, renamed(hosted, renames), next);
    const steps = [
      ...stepsOfLife(after.username, had, has),
      ...queueMoves(waitingQueues(before.username, state), waitingQueues(after.username, next)),
    ];
    return before.username === after.username
      ? steps
      : [...steps, endSessions.plan({ masks: [before.username] })];
  },

  async domainsChanged(context, { account, before, after }) {
    if (!context.roles.has(ROLE)) return [];
    const state = await readState(context.db, account.username);
    const kept = new Set(after.map(({ domain }) => domain));
    const gone = new Set(before.map(({ domain }) => domain).filter((domain) => !kept.has(domain)));
    tellAboutMailboxes(
      context,
      state,
      new Set([...gone].filter((name) => name !== context.wishes.movedDomain)),
    );
    const added = after
      .map(({ domain }) => domain)
      .filter((name) => !before.some(({ domain }) => domain === name));
    const next = await withDefaults(context.db, withoutDomains(state, gone), added);
    const { username } = account;
    return [
      ...stepsOfLife(username, desiredMail(account, before, state), desiredMail(account, after, next)),
      ...queueRemovals(queuesOfRemoved(username, state, next)),
    ];
  },

  suspended: (context, account) => follow(context, { ...account, suspendedAt: context.now() }),
  unsuspended: (context, account) => follow(context, { ...account, suspendedAt: null }),

  /** With the user: its logins and files name it. With the home: the scripts of its mailboxes. */
  async rebuilt(context, account, part) {
    if ((part !== 'user' && part !== 'home') || !context.roles.has(ROLE)) return [];
    const { files, identities, homeFiles } = await presentMail(context, account);
    const { username } = account;
    if (part === 'home') {
      return [...homeFiles].map(([path, text]) =>
        tryStep.plan({ step: writeFile.plan({ username, path, text }) }),
      );
    }
    return [
      changeIdentities.plan({ username, usernames: [username], added: identities }),
      changeFiles.plan({ username, files: [...files] }),
    ];
  },

  async removed(context, account) {
    if (!context.roles.has(ROLE)) return [];
    const { files } = changesBetween(await presentMail(context, account), NOTHING);
    const { username } = account;
    const queues = waitingQueues(username, await readState(context.db, username));
    return [
      changeIdentities.plan({ username, usernames: [username], added: [] }),
      endSessions.plan({ masks: masksOf(account, await listOf(context.db, username)) }),
      changeFiles.plan({ username, files }),
      ...queueRemovals(queues),
      removeQueued.plan({ username }),
    ];
  },
};

/** @param after has the same queues in the same order. */
function queueMoves(before: readonly string[], after: readonly string[]): PlannedStep[] {
  const queues = before.flatMap((from, at) => {
    const to = after[at] ?? from;
    return to === from ? [] : [[from, to] as const];
  });
  return queues.length === 0 ? [] : [moveQueues.plan({ queues })];
}

export const queueRemovals = (queues: readonly string[]): PlannedStep[] =>
  queues.length === 0 ? [] : [removeQueues.plan({ queues })];

function tellAboutMailboxes(
  { inform }: Pick<PartDependencies, 'inform'>,
  { mailboxes }: MailState,
  gone: ReadonlySet<string>,
): void {
  const lost = mailboxes.filter(({ domain }) => gone.has(domain));
  if (lost.length === 0) return;
  const names = lost.map(({ localPart, domain }) => `${localPart}@${domain}`);
  inform(
    `These mailboxes are removed: ${names.join(', ')}. Their mail stays in the folder “mail” of the home.`,
  );
}

/** Everything that Exim and Dovecot should know of an account as it is stored. */
export async function presentMail(
  { db }: Pick<PartDependencies, 'db'>,
  account: Account,
): Promise<DesiredMail> {
  return desiredMail(account, await listOf(db, account.username), await readState(db, account.username));
}

/** The account is suspended, or no longer. */
async function follow(context: PartDependencies, account: Account): Promise<readonly PlannedStep[]> {
  if (!context.roles.has(ROLE)) return [];
  const { username, suspendedAt } = account;
  const { files, identities } = await presentMail(context, account);
  const masks = masksOf(account, await listOf(context.db, username));
  return [
    changeIdentities.plan({ username, usernames: [username], added: identities }),
    ...(suspendedAt === null ? [] : [endSessions.plan({ masks })]),
    changeFiles.plan({ username, files: [...files].filter(([name]) => name === `accounts/${username}`) }),
  ];
}

const masksOf = (account: Account, hosted: readonly HostedDomain[]) => [
  account.username,
  ...domainsOf(account, hosted).map((domain) => `*@${domain}`),
];

/** The user of the account cannot prevent a change of the account by what is in its home. */
function stepsOfLife(username: string, before: DesiredMail, after: DesiredMail): PlannedStep[] {
  const isInHome = ({ kind }: PlannedStep) => kind === writeFile.kind;
  return stepsBetween(username, before, after).map((step) =>
    isInHome(step) ? tryStep.plan({ step }) : step,
  );
}

/** Logins come first: Exim delivers only to those that Dovecot knows. */
export function stepsBetween(username: string, before: DesiredMail, after: DesiredMail): PlannedStep[] {
  const { files, removed, added, homeFiles } = changesBetween(before, after);
  return [
    ...(removed.length + added.length === 0
      ? []
      : [changeIdentities.plan({ username, addresses: removed, added })]),
    ...(files.length === 0 ? [] : [changeFiles.plan({ username, files })]),
    ...homeFiles.map(([path, text]) => writeFile.plan({ username, path, text })),
  ];
}
