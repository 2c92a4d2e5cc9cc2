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

use core_external\external_single_structure;
use core_external\external_value;
use invalid_parameter_exception;
use mod_lticontainer\local\exception\service_exception;
use mod_lticontainer\local\exception\service_refused;
use moodle_exception;

/**
 * Notebook records on their way to the service: at once, or through the queue where it is away.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
final class records {
    /** @var int Seconds that a request with records waits for the service; it takes milliseconds when it is well. */
    private const SECONDS = 3;

    /** @var string Who sends, in the queue's words: whoever may use the web service; such records keep one order. */
    private const SENDER = 'moodle';

    /**
     * Describes a record.
     *
     * Texts are taken as they are: what can't be stored is kept by the service with its reason.
     *
     * @return external_single_structure
     */
    public static function structure(): external_single_structure {
        $text = fn(string $what, string $default = '') => new external_value(PARAM_RAW, $what, VALUE_DEFAULT, $default);
        return new external_single_structure([
            'host' => $text('What was seen: ltictr, client or server', 'ltictr'),
            'inst_id' => $text('Id of the instance'),
            'lti_id' => $text('Id of the LTI activity'),
            'session' => $text('Jupyter session id'),
            'message' => $text('Id of the message that asked for the run'),
            'status' => $text('Status of the answer'),
            'username' => $text('User name that the kernel reports'),
            'cell_id' => $text('Id of the cell'),
            'tags' => $text('Tags of the cell, a JSON array'),
            'date' => $text('Time, in ISO 8601'),
        ]);
    }

    /**
     * Hands records on; what can't be delivered now, or would overtake earlier ones, is delivered later.
     *
     * @param string $function Function of the service.
     * @param string $parameter Its parameter.
     * @param array[] $records Records.
     * @throws moodle_exception The service has kept them as rejected, or can't read them; or they can't be kept either.
     */
    public static function deliver(string $function, string $parameter, array $records): void {
        $arguments = [$parameter => $records];
        $keep = fn(?service_exception $fault) =>
            queue::add_records($function, $arguments, self::SENDER, self::courseid($records), $fault);
        if (queue::has_waiting(self::SENDER) && $keep(null)) {
            return;
        }
        $fault = null;
        $circuit = new circuit();
        if ($circuit->may_try()) {
            $fault = self::send(command::call($function, $arguments), $circuit);
            if (!$fault) {
                return;
            }
        }
        if (!$keep($fault && verdict::is_of_one($fault, false) ? $fault : null)) {
            // Moodle's web services say HTTP 200 by themselves, whatever has happened.
            http_response_code(503);
            throw new moodle_exception('queuefull', 'mod_lticontainer');
        }
    }

    /**
     * Sends records.
     *
     * @param command $command The call.
     * @param circuit $circuit Remembers what happens.
     * @return service_exception|null Why the service has not taken them; null where it has.
     * @throws moodle_exception The service has kept them as rejected, or can't read them.
     */
    private static function send(command $command, circuit $circuit): ?service_exception {
        try {
            client::in_background(self::SECONDS)->call($command);
        } catch (service_exception $fault) {
            $circuit->failed($fault);
            if (verdict::of($fault, false) === verdict::DONE) {
                throw self::refusal($fault);
            }
            return $fault;
        }
        $circuit->good();
        return null;
    }

    /**
     * Returns the course that records name.
     *
     * @param array[] $records Records.
     * @return int Id of the course; 0 where they name none, or several.
     */
    private static function courseid(array $records): int {
        global $DB;
        $isid = fn($id) => preg_match('/^[0-9]{1,18}$/D', (string) $id);
        $ids = array_unique(array_filter(array_column($records, 'lti_id'), $isid));
        return count($ids) === 1 ? (int) $DB->get_field('lti', 'course', ['id' => (int) reset($ids)]) : 0;
    }

    /**
     * Returns what the sender is told, with the code that the service itself would give.
     *
     * @param service_refused $fault What the service says.
     * @return moodle_exception
     */
    private static function refusal(service_refused $fault): moodle_exception {
        if ($fault->servicecode === 'invalidparameter') {
            return new invalid_parameter_exception($fault->detail);
        }
        return new moodle_exception($fault->servicecode, 'mod_lticontainer', '', null, $fault->detail);
    }
}
