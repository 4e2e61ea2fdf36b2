/**
 * Runs the real core against a virtual clock, network and broker, all drawn from one seed: the same
 * seed gives the same run, event by event.
 */
package dev.carillon.simulator;
