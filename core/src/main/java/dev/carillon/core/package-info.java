/**
 * A room is a log and a session is a set of cursors: the values, and the shards that deliver them.
 *
 * <p>Everything here that is not a value is confined to one shard, unless its first paragraph says
 * otherwise.
 */
package dev.carillon.core;
