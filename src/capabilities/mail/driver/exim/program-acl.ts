// The part of Exim’s rules for mail that Dovecot starts, as root: automatic replies, redirected messages, and whatever else
// a Sieve script sends. Dovecot gives Exim the account and the mailbox in the command, which comes from the database of its
// identities: no script can write it. Exim believes these options of root alone.
import { HAS_RESULTS } from './dmarc-acl.ts';
import { FROM_DOMAIN } from './from-acl.ts';
import { ownerOf } from './lookup-expansions.ts';
import { GROUP } from './places.ts';

/** What Exim’s log and its rules call the way. */
const PROTOCOL = 'local-sieve';

/** The command. Without what follows for a mailbox, Exim refuses the message. `-oep`: nobody gets mail about a refusal. */
export const SIEVE_COMMAND = `/usr/sbin/exim4 -oep -oMr ${PROTOCOL}`;
/** That for a mailbox, in SQL of its columns. */
export const SIEVE_COMMAND_SQL = `'${SIEVE_COMMAND} -oMt ' || username || ' -oMai ' || address`;

const IS_SIEVE = `eq{$received_protocol}{${PROTOCOL}}`;
/** The account that sends the message has the address in its header. */
const IS_OWN = `and{{def:acl_m_owner}{eqi{${ownerOf(FROM_DOMAIN)}}{$acl_m_owner}}}`;

/** Says that this server knows who wrote the message, so that it is still known when a script of a mailbox redirects it. */
export const OWN_RESULT = ':at_start:Authentication-Results: $primary_hostname; auth=pass';
const HAS_OWN_RESULT =
  'match{$rh_authentication-results:}{\\N(?im)^[ \\t]*\\Q\\N$primary_hostname\\N\\E;[ \\t]*auth=pass[ \\t]*$\\N}';

/**
 * Sets `acl_m_forwarded` for a message that somebody else has written. Its header can say anything: it is not signed, and
 * it gets a sender of the server, because SPF would let this server vouch for the header as well.
 */
export const NOTE_FORWARDED = `  deny  condition = \${if and{{${IS_SIEVE}}{!def:acl_m_owner}}}
        message = There is no account for this mail.
  # Exim’s own header “Received” counts.
  warn  condition = \${if and{{${IS_SIEVE}}{>{$received_count}{1}}}}
        set acl_m_forwarded = \${if and{{${IS_OWN}}{${HAS_OWN_RESULT}}}{no}{yes}}
`;

/**
 * Exim tells the sender of a message that it has not accepted, and repeats the message. A program can name anybody as the
 * sender, so that would be mail without limits. Its status says the same.
 */
export const DISCARD_REPORTS = `  discard condition = \${if and{{eq{$sender_ident}{${GROUP}}}{!def:sender_address}{match{$rh_subject:}{\\N^\\s*Mail failure - \\N}}}}
`;

/**
 * With `-v`, Exim shows a program what it does with the message: where the forwarders of another account lead. Such a
 * message waits for the next run of the queue, which nobody sees. Only the command tells it. Where /proc is hidden
 * (hidepid), Exim cannot see that.
 */
export const HIDE_DELIVERY = `  warn  condition = \${if and{{!def:sender_host_address}{!={$originator_uid}{0}}}}
        condition = \${run{/usr/bin/grep -zqsE ^-(d|v|ov) /proc/$pid/cmdline}{yes}{no}}
        control = queue_only
`;

/** For what programs and scripts write themselves. */
export const NOTE_PROGRAM = `  warn  condition = \${if and{{!def:sender_host_address}{!eq{$acl_m_forwarded}{no}}}}
        condition = \${if ${HAS_RESULTS}}
        remove_header = Authentication-Results
  warn  condition = \${if and{{!def:sender_host_address}{!def:acl_m_forwarded}{${IS_OWN}}}}
        add_header = ${OWN_RESULT}
`;
