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

namespace mod_lticontainer\output;

use mod_lticontainer\local\answer;
use mod_lticontainer\local\page;
use mod_lticontainer\local\people;
use moodle_url;
use moodleform;
use renderable;
use renderer_base;
use templatable;

/**
 * The list of volumes.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class volumes implements renderable, templatable {
    /**
     * Constructor.
     */
    public function __construct(
        /** @var page The page. */
        private readonly page $page,
        /** @var answer[]|null The volumes; null: they are not known. */
        private readonly ?array $volumes,
        /** @var moodleform|null The form that makes one; null: the reader may not. */
        private readonly ?moodleform $form,
        /** @var people Who has which name. */
        private readonly people $people,
    ) {
    }

    #[\Override]
    public function export_for_template(renderer_base $output): array {
        return [
            'isknown' => $this->volumes !== null,
            'isempty' => !$this->volumes,
            'mayedit' => $this->page->may('volume_edit'),
            'volumes' => array_map($this->row(...), $this->volumes ?? []),
            'form' => $this->form?->render() ?? '',
        ];
    }

    /**
     * Returns a volume as the template takes it.
     *
     * @param answer $volume A volume of get_volumes.
     * @return array
     */
    private function row(answer $volume): array {
        $size = $volume->text('size');
        $users = array_unique(array_map($this->user(...), $volume->texts('used_by')));
        $id = $this->page->instance->cm->id;
        $download = new moodle_url('/mod/lticontainer/download.php', ['id' => $id, 'volume' => $volume->text('full_name')]);
        return [
            'name' => $volume->text('name'),
            'fullname' => $volume->text('full_name'),
            'role' => $volume->worded('label'),
            'size' => ctype_digit($size) ? display_size((int) $size) : '',
            'created' => self::time($volume->text('created')),
            'usedby' => $users ? get_string('volume_usedby', 'mod_lticontainer', implode(', ', $users)) : '',
            'download' => $download->out(false),
            'delete' => (new moodle_url($this->page->url, ['delete' => $volume->text('full_name')]))->out(false),
        ];
    }

    /**
     * Returns whose container it is.
     *
     * @param string $container Name of the container, as the spawner makes it.
     * @return string Name of the person; of other containers their own.
     */
    private function user(string $container): string {
        $isspawned = preg_match('/^jupyterhub-\d+-\d+-.+?-[A-Za-z0-9]{8}-(.+)$/D', $container, $found);
        return $isspawned ? $this->people->name($found[1]) : $container;
    }

    /**
     * Returns a time as the reader knows it.
     *
     * @param string $iso ISO 8601; may be empty.
     * @return string
     */
    public static function time(string $iso): string {
        $time = strtotime($iso);
        return $time ? userdate($time, get_string('strftimedatetimeshort', 'langconfig')) : '';
    }
}
