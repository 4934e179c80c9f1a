// The mail of a domain that goes to another account. Exim lets mail for it wait until the new account has the domain.
import type { PlannedStep } from '../../../core/plan.ts';
import type { Account } from '../../accounts/rules/accounts.ts';
import type { MovedMail } from '../rules/moved-mail.ts';
import endSessions from './dovecot/steps/end-sessions.ts';
import changeFiles from './exim/steps/change-files.ts';
import copyMail from './mailboxes/steps/copy-mail.ts';
import writeFile from './mailboxes/steps/write-file.ts';

interface Move {
  readonly domain: string;
  readonly from: Account;
  readonly to: Account;
  readonly mail: MovedMail;
}

export interface MovingSteps {
  /** While mailboxes still get mail. */
  readonly beforehand: readonly PlannedStep[];
  /** From here on, mail waits. */
  readonly begin: readonly PlannedStep[];
  /** Once the former account no longer has the domain. */
  readonly copy: readonly PlannedStep[];
  /** Once the new account has it. */
  readonly end: readonly PlannedStep[];
}

export function movingSteps({ domain, from, to, mail: { folders, withoutScript } }: Move): MovingSteps {
  const waiting = `moving/${domain}`;
  const copy =
    folders.length === 0
      ? []
      : [
          copyMail.plan({
            from: { username: from.username, home: from.home },
            to: { username: to.username, home: to.home },
            folders,
          }),
        ];
  const sessions = folders.length === 0 ? [] : [endSessions.plan({ masks: [`*@${domain}`] })];
  return {
    beforehand: copy,
    begin: [changeFiles.plan({ username: to.username, files: [[waiting, '']] })],
    copy: [...sessions, ...copy],
    end: [
      ...withoutScript.map((path) => writeFile.plan({ username: to.username, path, text: null })),
      changeFiles.plan({ username: to.username, files: [[waiting, null]] }),
    ],
  };
}
