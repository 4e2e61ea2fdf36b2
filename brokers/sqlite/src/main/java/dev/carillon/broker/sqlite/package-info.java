/** The broker that keeps room logs in a SQLite database, and answers when they are on the disk. */
package dev.carillon.broker.sqlite;
