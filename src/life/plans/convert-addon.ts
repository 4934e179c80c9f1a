// An addon domain becomes the main domain of a new account: the account is created, gets a copy of the website’s files and
// the DNS zone, and the domain leaves its former account. All of it is undone if any step fails. The files are copied
// first, while other calls can change the former account, and what has changed meanwhile is copied again at the end.
import { defineChange, exclusive, type Plan, type StepResult } from '../../core/plan.ts';
import copyFiles, {
  lastCopyIn,
  type Copied,
} from '../../capabilities/files/driver/document-roots/steps/copy.ts';
import type { FoundByParts } from '../../capabilities/accounts/driver/account-part.ts';
import type { FoundForDomains } from '../driver/hosted-domains/look-hosted-domains.ts';
import type { PartContext } from '../driver/part-dependencies.ts';
import { store as storeHandedOver, type HandedOver } from '../../capabilities/databases/rules/hand-over.ts';
import type { ChangedDomains } from '../../capabilities/domains/rules/changed-domains.ts';
import { prefixLock } from '../../ground/rules/accounts/names.ts';
import { PUBLIC_FOLDER } from '../../capabilities/domains/rules/document-root.ts';
import changeDomains, { workOf as workOfDomains, type ChangeDomains } from './change-domains.ts';
import { setHost, type HostPhp } from '../../capabilities/php/rules/settings.ts';
import type { HandOver } from '../../capabilities/databases/plans/databases/hand-over.ts';
import createAccount, { workOf as workOfAccount, type CreateAccount } from './create-account.ts';

interface ConvertAddon {
  readonly domains: ChangeDomains;
  readonly account: CreateAccount;
  /** The PHP settings of the website. Undefined in operations of earlier versions. */
  readonly php?: HostPhp;
  /** Undefined: none move. */
  readonly databases?: HandedOver;
}

const change = defineChange<ConvertAddon>({
  kind: 'convert-addon',
  async store(db, { domains, account, php, databases }, outcome) {
    await changeDomains.store(db, domains, { ...outcome, results: [] });
    await createAccount.store(db, account, outcome);
    if (php !== undefined) await setHost(db, php);
    if (databases !== undefined) await storeHandedOver(db, databases, outcome.now());
  },
});
export default change;

export interface Conversion {
  /** The former account, without the domain. */
  readonly domains: ChangedDomains;
  readonly account: Pick<CreateAccount, 'account' | 'packageSettings'>;
  /** Below the home of the former account. */
  readonly documentRoot: string;
  /** The PHP settings of the website, which it keeps. */
  readonly php: HostPhp;
  /** What the new account gets of the former one’s databases. */
  readonly databases: HandOver | undefined;
}

export async function convertAddon(
  context: PartContext,
  { domains, account: { account, packageSettings }, documentRoot, php, databases }: Conversion,
  found: { readonly domains: FoundForDomains; readonly parts: FoundByParts },
): Promise<Plan> {
  const former = domains.account;
  const input = { account, packageSettings, isUidAsked: false, hasPassword: false, isReseller: false };
  const call = { found: found.parts, wishes: { takesZoneFrom: former.ip, php } };
  const created = await workOfAccount(context, input, call);
  const left = await workOfDomains(context, domains, found.domains, account.domain);
  const copy = copyFiles.plan({
    from: { username: former.username, home: former.home, folder: documentRoot },
    to: { username: account.username, home: account.home, folder: PUBLIC_FOLDER },
  });
  const isOfUser = ({ kind }: { readonly kind: string }) => /^(?:users|quota)\//.test(kind);
  return change.plan(
    { domains: left.input, account: created.input, php, ...(databases && { databases: databases.stored }) },
    {
      first: {
        locks: [
          exclusive(`account ${account.username}`),
          exclusive(prefixLock(account)),
          ...(databases?.first.locks ?? []),
        ],
        steps: [...created.steps.filter(isOfUser), ...(databases?.first.steps ?? []), copy],
      },
      locks: [...created.locks, ...left.locks, ...(databases?.locks ?? [])],
      // The files are there before the web server serves them.
      steps: [
        copy,
        // The former account no longer has the domain before the new one gets it.
        ...left.ofParts.steps,
        ...created.steps.filter((step) => !isOfUser(step)),
        ...left.steps,
        // Sessions of users who lose privileges end.
        ...(databases?.steps ?? []),
      ],
    },
  );
}

/** What the new account has of the files. */
export function copiedIn(results: readonly StepResult[]): Copied {
  const none = { files: 0, bytes: 0, links: 0, rewritten: [], leftOut: [], leftOutCount: 0 };
  return lastCopyIn(results) ?? none;
}
