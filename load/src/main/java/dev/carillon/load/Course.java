package dev.carillon.load;

/** What the connections of a run do once they are open. Confined to the run's thread. */
interface Course {
  /** They say nothing. */
  Course SILENT =
      new Course() {
        @Override
        public boolean settle(long now) {
          return true;
        }

        @Override
        public void advance(long now) {}

        @Override
        public void arrived(Client client) {}

        @Override
        public void answered(Client client, int answers) {}

        @Override
        public void left(Client client) {}

        @Override
        public void stop() {}

        @Override
        public long missing() {
          return 0;
        }
      };

  /** Before all else: makes sure that who is open is where it wants to be; true once it is so. */
  boolean settle(long now);

  /** Sends what is due. */
  void advance(long now);

  /** A message has come in. */
  void arrived(Client client);

  /** A read has brought this many messages. */
  void answered(Client client, int answers);

  /** A connection has ended. */
  void left(Client client);

  /** Nothing is to be sent any more. */
  void stop();

  /** How many messages have not come to those connections that are still open. */
  long missing();
}
