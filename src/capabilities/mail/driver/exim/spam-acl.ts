// The part of Exim’s rules that asks SpamAssassin, for each account among the recipients that wants it and with what that
// account has set. The answers become headers of the copies for its addresses alone. Without the file of settings, without
// SpamAssassin, and for large messages, mail passes.
import { ACCOUNTS, FOLDER } from './places.ts';

const SETTINGS = `${FOLDER}/spam/settings`;
const setting = (name: string) => `\${if exists{${SETTINGS}}{\${lookup{${name}}lsearch{${SETTINGS}}}}}`;
const ofAccount = (account: string, key: string) => `\${lookup{${key}}lsearch{${ACCOUNTS}/${account}}}`;

/** Accounts with a filter among the recipients of one message. The sender is asked to send to others again. */
const SLOTS = [1, 2, 3, 4] as const;
/** Larger messages are no spam in practice, and would keep SpamAssassin busy. */
const MAX_BYTES = 512 * 1024;
const account = (slot: number) => `$acl_m_spam_account_${slot}`;
const ALL = SLOTS.map(account).join(' : ');
const IS_AMONG = `inlisti{$acl_m_spam_owner}{${ALL}}`;

/**
 * In the rules for recipients, behind what refuses them.
 * @param owner the account of the recipient.
 */
export const noteSpamFilter = (owner: string) => `  warn  set acl_m_spam_owner = ${owner}
  warn  condition = \${if or{{!def:acl_m_spam_owner}{eq{${ofAccount('$acl_m_spam_owner', 'spam')}}{}}}}
        set acl_m_spam_owner =
        set acl_m_spam_unfiltered = yes
  warn  condition = \${if and{{def:acl_m_spam_owner}{!eq{${setting('enabled')}}{1}}}}
        set acl_m_spam_owner =
        set acl_m_spam_unfiltered = yes
${SLOTS.map(
  (
    slot,
  ) => `  warn  condition = \${if and{{def:acl_m_spam_owner}{!def:acl_m_spam_account_${slot}}{!${IS_AMONG}}}}
        set acl_m_spam_account_${slot} = $acl_m_spam_owner
`,
).join('')}  defer condition = \${if and{{def:acl_m_spam_owner}{!${IS_AMONG}}}}
        message = 452 4.5.3 Please send to the remaining recipients separately.
`;

/** True if a score reaches what the account has set. */
function reaches(key: string, score: string, owner: string): string {
  const threshold = ofAccount(owner, key);
  return `\${if match{${threshold}}{\\N^\\d+$\\N}{\${if >={${score}}{${threshold}}}}}`;
}

/** In the rules for the message. “acl_m_spam_down” is set while SpamAssassin is asked: one failure is enough. */
export const ASK_SPAMASSASSIN = `${SLOTS.map(
  (
    slot,
  ) => `  warn  condition = \${if and{{def:acl_m_spam_account_${slot}}{!def:acl_m_spam_down}{<{$message_size}{${MAX_BYTES}}}}}
        set acl_m_spam_down = yes
        spam = ${account(slot)}:true
        set acl_m_spam_down =
        logwrite = spamscore=$spam_score_int
        set acl_m_spam_score_${slot} = $spam_score_int
        set acl_m_spam_flag = \${if or{{def:acl_m_quarantine}{bool{${reaches('spam', '$spam_score_int', account(slot))}}}}{YES}{NO}}
        set acl_m_spam_text_${slot} = X-Spam-Flag: $acl_m_spam_flag\\n\\
          X-Spam-Status: \${if eq{$acl_m_spam_flag}{YES}{Yes}{No}}, score=$spam_score\\n\\
          X-Spam-Score: $spam_score_int\\nX-Spam-Bar: $spam_bar
`,
).join('')}  deny  condition = \${if match{${setting('refuse')}}{\\N^\\d+$\\N}}
        condition = \${if or{${SLOTS.map((slot) => `{and{{def:acl_m_spam_score_${slot}}{>{$acl_m_spam_score_${slot}}{${setting('refuse')}}}}}`).join('')}}}
        message = 550 5.7.1 The message looks like spam.
  # Only if all recipients belong to one account, which wants spam deleted: the sender then knows.
  deny  condition = \${if and{{def:acl_m_spam_score_1}{!def:acl_m_spam_account_2}{!def:acl_m_spam_unfiltered}}}
        condition = ${reaches('spam-delete', '$acl_m_spam_score_1', account(1))}
        message = 550 5.7.1 The message looks like spam.
`;

const ofOwner = (what: string) =>
  SLOTS.reduceRight<string>(
    (rest, slot) => `\${if eq{$r_spam_owner}{${account(slot)}}{$acl_m_spam_${what}_${slot}}{${rest}}}`,
    '',
  );

/**
 * The first routers. Addresses that others lead to have the answer for these.
 * @param owner the account of the address.
 */
export const spamRouters = (
  owner: string,
) => `# What SpamAssassin said for the account of the recipient. It never accepts the address.
spam_score:
  driver = redirect
  domains = +local_domains
  condition = \${if and{{!def:parent_domain}{def:acl_m_spam_account_1}}}
  set = r_spam_owner = ${owner}
  set = r_spam_score = ${ofOwner('score')}
  set = r_spam_text = ${ofOwner('text')}
  data =

spam_deleted:
  driver = redirect
  domains = +local_domains
  condition = \${if and{{!def:parent_domain}{def:r_spam_score}}}
  condition = ${reaches('spam-delete', '$r_spam_score', '$r_spam_owner')}
  data = :blackhole: spam
`;

/** For the routers that accept addresses of accounts. */
export const SPAM_HEADERS =
  '  headers_add = ${if !def:parent_domain{${if def:r_spam_text{$r_spam_text}{${if def:acl_m_quarantine{X-Spam-Flag: YES}}}}}}';
