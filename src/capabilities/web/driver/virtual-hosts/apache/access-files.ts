// What a user's .htaccess may do.

/**
 * The directives of the class FileInfo that .htaccess may contain. Three are missing: ProxyFCGISetEnvIf and
 * ProxyFCGIBackendType, with which a user could change the settings of PHP for another user's pool (`render-server.ts`),
 * and CookieTracking, which this server does not have. SetHandler and RewriteRule can still name another user's socket;
 * that pool then runs only files that are its own.
 */
const FILE_INFO = [
  ...['AcceptPathInfo', 'Action', 'AddCharset', 'AddDefaultCharset', 'AddEncoding', 'AddHandler'],
  ...['AddInputFilter', 'AddLanguage', 'AddOutputFilter', 'AddOutputFilterByType', 'AddType'],
  ...['BrowserMatch', 'BrowserMatchNoCase', 'CGIPassAuth', 'CGIVar', 'DefaultLanguage', 'DefaultType'],
  ...['EnableMMAP', 'EnableSendfile', 'ErrorDocument', 'FileETag', 'FilterChain', 'FilterDeclare'],
  ...['FilterProtocol', 'FilterProvider', 'ForceLanguagePriority', 'ForceType', 'Header', 'LanguagePriority'],
  ...['MultiviewsMatch', 'PassEnv', 'QualifyRedirectURL', 'Redirect', 'RedirectMatch', 'RedirectPermanent'],
  ...['RedirectTemp', 'RemoveCharset', 'RemoveEncoding', 'RemoveHandler', 'RemoveInputFilter'],
  ...['RemoveLanguage', 'RemoveOutputFilter', 'RemoveType', 'RequestHeader', 'RewriteBase', 'RewriteCond'],
  ...['RewriteEngine', 'RewriteOptions', 'RewriteRule', 'SetEnv', 'SetEnvIf', 'SetEnvIfExpr'],
  ...['SetEnvIfNoCase', 'SetHandler', 'SetInputFilter', 'SetOutputFilter', 'Substitute', 'UnsetEnv'],
  ...['H2Push', 'H2PushResource', 'SSLOptions', 'LimitRequestBody'],
];

const VARIABLE = 'WHMAPI1_ACCESS_FILES';

/** Defines the list once, because it is long. */
export const ACCESS_FILE_DIRECTIVES = `Define ${VARIABLE} "${FILE_INFO.join(' ')}"`;

/**
 * Directives that are not allowed are skipped with a line in the error log, because the configurations of many
 * applications begin with “Options +FollowSymLinks”, which must not have an effect: symbolic links are followed only to
 * files of the same owner.
 */
export const ACCESS_FILES = [
  'AllowOverride AuthConfig Indexes Limit Nonfatal=Override',
  `AllowOverrideList \${${VARIABLE}}`,
];
