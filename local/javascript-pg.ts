/**
 * Imported before `pg`, for its effect: that looks at this variable when it is loaded, and its native half is not
 * installed.
 */
delete process.env['NODE_PG_FORCE_NATIVE'];
