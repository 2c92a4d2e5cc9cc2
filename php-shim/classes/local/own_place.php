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

use context;
use context_course;
use context_user;
use core_privacy\local\request\contextlist;

/**
 * Where that of a user is which belongs to no course that exists: their own context.
 *
 * Of a deleted user Moodle removes it some time. Then it is the front page, about whose data the site decides.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
final class own_place {
    /**
     * Adds the place of a user.
     *
     * @param contextlist $list Takes it.
     * @param int $userid Id of the user.
     */
    public static function add(contextlist $list, int $userid): void {
        $list->add_from_sql('SELECT id FROM {context} WHERE id = :place', ['place' => self::of($userid)->id]);
    }

    /**
     * Tells whether a context is the place of a user.
     *
     * @param context $context The context.
     * @param int $userid Id of the user.
     * @return bool
     */
    public static function is(context $context, int $userid): bool {
        return $context->id === self::of($userid)->id;
    }

    /**
     * Returns those whose place a context may be.
     *
     * @param context $context The context.
     * @return int[] Ids of users; at the front page of those of whom a name is noted.
     */
    public static function users(context $context): array {
        global $DB;
        if ($context instanceof context_user) {
            return [(int) $context->instanceid];
        }
        if ($context->id !== context_course::instance(SITEID)->id) {
            return [];
        }
        $sql = 'SELECT DISTINCT n.userid
                  FROM {' . names::TABLE . '} n
             LEFT JOIN {context} c ON c.contextlevel = :level AND c.instanceid = n.userid
                 WHERE c.id IS NULL';
        return array_map('intval', $DB->get_fieldset_sql($sql, ['level' => CONTEXT_USER]));
    }

    /**
     * Returns the place of a user.
     *
     * @param int $userid Id of the user.
     * @return context
     */
    private static function of(int $userid): context {
        return context_user::instance($userid, IGNORE_MISSING) ?: context_course::instance(SITEID);
    }
}
