// The handler of Apache for the CGI programs of accounts.

/**
 * What `.htaccess` names for CGI programs with other extensions than .cgi and .pl. A virtual host runs them as its account,
 * or answers 403 if the account has no CGI. Apache’s own `cgi-script` answers 403 in both.
 */
export const CGI_HANDLER = 'whmapi1-cgi';
