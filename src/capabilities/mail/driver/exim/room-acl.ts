// The part of Exim’s rules that refuses mail for a full mailbox while its sender is connected. Otherwise Dovecot would refuse
// it later, and Exim would return it to a sender who can be false. Dovecot answers as to Postfix (quota-status). If it does
// not, mail passes.

const SOCKET = '/run/dovecot/quota-exim';
/** What Dovecot answers. */
export const IS_FULL = 'FULL';

/** For the routers of mailboxes: the rules see whose mailbox it is. */
export const asMailbox = (address: string) => `  address_data = ${address}\n`;

const SIZE = '${if >{$message_size}{0}{$message_size}{0}}';
const ANSWER = `\${readsocket{${SOCKET}}{request=smtpd_access_policy\\nprotocol_state=RCPT\\nrecipient=$address_data\\nsize=${SIZE}\\n\\n}{5s}{}{}}`;

/** In the rules for recipients, behind their verification, which runs the routers. */
export const REFUSE_FULL = `  deny  condition = \${if def:address_data}
        condition = \${if match{${ANSWER}}{\\N^action=${IS_FULL}\\N}}
        message = 552 5.2.2 The mailbox has no room for the message.
`;
