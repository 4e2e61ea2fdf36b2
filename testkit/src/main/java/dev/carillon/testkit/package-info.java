/** Contracts for brokers and protocols, and a node on a virtual clock to run them on. */
package dev.carillon.testkit;
