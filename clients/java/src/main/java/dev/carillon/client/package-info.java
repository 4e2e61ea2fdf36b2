/**
 * Carillon's client for Java. {@link dev.carillon.client.CarillonClient#connect(String)} gives a
 * client, its {@link dev.carillon.client.CarillonClient#join(String)} a {@link
 * dev.carillon.client.Room}; everything that a room can tell is a {@link
 * dev.carillon.client.RoomEvent}. Blocking calls are made for virtual threads; each has an
 * asynchronous twin.
 */
package dev.carillon.client;
