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

use context_module;
use context_system;
use moodle_exception;
use required_capability_exception;

/**
 * Who may store records, and which requests came whole.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
final class write_access {
    /** @var string What is needed. */
    private const CAPABILITY = 'mod/lticontainer:db_write';

    /**
     * Refuses a user who may not store these records.
     *
     * A record names instance and activity only when a session begins: both have to be of one course, where the
     * capability is needed. The others can't be told to belong to a course: for them the capability is needed in some
     * course, and the random id of the session stands for the rest.
     *
     * @param array[] $records Records.
     * @throws required_capability_exception
     */
    public static function require_write(array $records): void {
        global $DB;
        $system = context_system::instance();
        if (has_capability(self::CAPABILITY, $system)) {
            return;
        }
        $pairs = self::pairs($records);
        foreach ($pairs as [$instance, $lti]) {
            $cm = $instance ? get_coursemodule_from_instance('lticontainer', $instance) : false;
            require_capability(self::CAPABILITY, $cm ? context_module::instance($cm->id) : $system);
            if ($lti && !$DB->record_exists('lti', ['id' => $lti, 'course' => $cm ? $cm->course : 0])) {
                // The session would begin in a course of other teachers.
                throw new required_capability_exception($system, self::CAPABILITY, 'nopermissions', '');
            }
        }
        if (!$pairs && !self::writes_somewhere()) {
            throw new required_capability_exception($system, self::CAPABILITY, 'nopermissions', '');
        }
    }

    /**
     * Returns the instances and LTI activities that records name.
     *
     * @param array[] $records Records.
     * @return int[][] Pairs, each once; 0 where one of both is not named.
     */
    private static function pairs(array $records): array {
        $id = fn(array $record, string $name) => ctype_digit((string) ($record[$name] ?? '')) ? (int) $record[$name] : 0;
        $pairs = array_map(fn(array $record) => [$id($record, 'inst_id'), $id($record, 'lti_id')], $records);
        return array_unique(array_filter($pairs, array_sum(...)), SORT_REGULAR);
    }

    /**
     * Refuses a request that PHP has cut, or may have cut, at its limit of variables.
     *
     * @throws moodle_exception
     */
    public static function require_uncut_request(): void {
        $limit = (int) ini_get('max_input_vars');
        if (max(self::count_leaves($_GET), self::count_leaves($_POST)) >= $limit) {
            throw new moodle_exception('requestcut', 'mod_lticontainer', '', $limit);
        }
    }

    /**
     * Counts the variables of a form.
     *
     * @param array $form What PHP has made of it.
     * @return int
     */
    public static function count_leaves(array $form): int {
        $count = 0;
        array_walk_recursive($form, function () use (&$count) {
            $count++;
        });
        return $count;
    }

    /**
     * Tells whether the user may store records in some course.
     *
     * @return bool
     */
    private static function writes_somewhere(): bool {
        return (bool) get_user_capability_course(self::CAPABILITY, null, false, '', '', 1);
    }
}
