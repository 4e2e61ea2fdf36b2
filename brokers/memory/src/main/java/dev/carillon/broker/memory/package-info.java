/** The broker that keeps room logs in this process's memory, and loses them with it. */
package dev.carillon.broker.memory;
