<?php
// This file is part of Moodle - https://moodle.org/
//
// Moodle is free software: you can redistribute it and/or modify
// it under the terms of the GNU General Public License as published by
// the Free Software Foundation, either version 3 of the License, or
// (at your option) any later version.
//
// Moodle is distributed in the hope that it will be useful,
// but WITHOUT ANY WARRANTY; without even the implied warranty of
// MERCHANTABILITY or FITNESS FOR A PARTICULAR PURPOSE.  See the
// GNU General Public License for more details.
//
// You should have received a copy of the GNU General Public License
// along with Moodle.  If not, see <https://www.gnu.org/licenses/>.

namespace mod_lticontainer\local;

use mod_lticontainer\local\exception\service_exception;
use mod_lticontainer\local\exception\service_refused;
use stdClass;

/**
 * Calls that the service has not acknowledged yet. They are sent in the order in which they came.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
final class queue {
    /** @var string Notebook records. */
    public const RECORDS = 'records';

    /** @var string Erasures of what is stored of a person. */
    public const ERASURES = 'erasures';

    /** @var string The table. */
    public const TABLE = 'lticontainer_queue';

    /** @var int Rows that are read at a time. */
    private const BATCH = 100;

    /** @var string[] Refusals that concern one call alone: the next ones are tried all the same. */
    private const ALONE = ['rejectlimit', 'requesttoolarge', 'internalerror', passing::REFUSED];

    /**
     * Keeps a call for later.
     *
     * @param string $kind RECORDS or ERASURES.
     * @param string $function Function of the service.
     * @param array $arguments Its arguments.
     */
    public static function add(string $kind, string $function, array $arguments): void {
        global $DB;
        $DB->insert_record(self::TABLE, (object) [
            'kind' => $kind,
            'functionname' => $function,
            'arguments' => json_encode($arguments, JSON_THROW_ON_ERROR | JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES),
            'timecreated' => time(),
        ]);
    }

    /**
     * Tells how many calls wait.
     *
     * @param string $kind RECORDS or ERASURES.
     * @return int
     */
    public static function count(string $kind): int {
        global $DB;
        return $DB->count_records(self::TABLE, ['kind' => $kind]);
    }

    /**
     * Sends what waits.
     *
     * @param string $kind RECORDS or ERASURES.
     * @param client $client Whom to send it to.
     * @param float $deadline Time of the clock after which no further call is made.
     * @return service_exception|null What keeps the rest from being sent; null where time was up, or all is sent.
     */
    public static function send(string $kind, client $client, float $deadline): ?service_exception {
        $last = 0;
        $kept = null;
        do {
            $rows = self::after($kind, $last);
            foreach ($rows as $row) {
                if (microtime(true) >= $deadline) {
                    return $kept;
                }
                $fault = self::send_one($row, $client);
                $last = $row->id;
                $kept = $fault ?? $kept;
                if ($fault && !self::is_alone($fault)) {
                    return $fault;
                }
            }
            // What was worked out meanwhile stands behind the rest.
        } while ($rows);
        return $kept;
    }

    /**
     * Sends one call, and removes it once it is acknowledged.
     *
     * @param stdClass $row Its row.
     * @param client $client Whom to send it to.
     * @return service_exception|null Why it stays.
     */
    private static function send_one(stdClass $row, client $client): ?service_exception {
        global $DB;
        try {
            $arguments = json_decode($row->arguments, true, 512, JSON_THROW_ON_ERROR);
            if ($row->functionname === passing::QUEUED) {
                passing::send_again($arguments, $client);
            } else if (erasures::is_open($row->functionname)) {
                erasures::work_out($row->functionname, $arguments);
            } else {
                $client->call(command::call($row->functionname, $arguments));
            }
        } catch (service_exception $fault) {
            if (!records::is_delivered($fault)) {
                return $fault;
            }
        }
        $DB->delete_records(self::TABLE, ['id' => $row->id]);
        return null;
    }

    /**
     * Reads what waits.
     *
     * @param string $kind RECORDS or ERASURES.
     * @param int $id Rows after this one.
     * @return stdClass[]
     */
    private static function after(string $kind, int $id): array {
        global $DB;
        $where = 'kind = :kind AND id > :id';
        return $DB->get_records_select(self::TABLE, $where, ['kind' => $kind, 'id' => $id], 'id', '*', 0, self::BATCH);
    }

    /**
     * Tells whether a refusal concerns one call alone.
     *
     * @param service_exception $fault The refusal.
     * @return bool
     */
    private static function is_alone(service_exception $fault): bool {
        return $fault instanceof service_refused && in_array($fault->servicecode, self::ALONE, true);
    }
}
